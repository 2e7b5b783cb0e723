// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.util.HexFormat;

/** Bytes of published vectors. */
final class Hex {
  private Hex() {}

  static byte[] bytes(String... lines) {
    return HexFormat.of().parseHex(String.join("", lines));
  }

  static String text(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
