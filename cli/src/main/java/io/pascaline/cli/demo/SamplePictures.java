// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import io.pascaline.cli.options.BundledModel;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** The bundled test images as PNG pictures. */
public final class SamplePictures {
  private SamplePictures() {}

  /** Returns the first of them. */
  public static List<byte[]> first(int count) {
    InputSize size = BundledModel.INPUT_SIZE;
    List<byte[]> pictures = new ArrayList<>();
    try (ImageSource images = BundledModel.images(size, count)) {
      for (int i = 0; i < images.count(); i++) {
        pictures.add(png(images.samples(i), size));
      }
    }
    return pictures;
  }

  private static byte[] png(byte[] samples, InputSize size) {
    BufferedImage image =
        new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, size.width(), size.height(), samples);
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
