// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** IDX files made in memory. */
final class IdxBytes {
  private IdxBytes() {}

  static byte[] of(byte[] elements, int... dims) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * dims.length + elements.length);
    buffer.putInt(0x0800 | dims.length);
    for (int dim : dims) {
      buffer.putInt(dim);
    }
    return buffer.put(elements).array();
  }

  static byte[] random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt();
    }
    return bytes;
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }
}
