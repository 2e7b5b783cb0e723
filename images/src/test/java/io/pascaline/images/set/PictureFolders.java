// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Class folders of PNG pictures with known samples, as a folder or a zip. */
final class PictureFolders {
  private final int width;
  private final int height;
  private final boolean colour;
  private final SplittableRandom random;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final TreeMap<String, List<byte[]>> samples = new TreeMap<>();

  PictureFolders(int width, int height, boolean colour, long seed) {
    this.width = width;
    this.height = height;
    this.colour = colour;
    this.random = new SplittableRandom(seed);
  }

  PictureFolders write(String className, int count) throws IOException {
    List<byte[]> ofClass = samples.computeIfAbsent(className, name -> new ArrayList<>());
    for (int i = 0; i < count; i++) {
      int channels = colour ? 3 : 1;
      byte[] pixels = new byte[channels * height * width];
      random.nextBytes(pixels);
      BufferedImage image =
          new BufferedImage(
              width, height, colour ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY);
      for (int k = 0; k < height * width; k++) {
        for (int channel = 0; channel < channels; channel++) {
          int level = pixels[channel * height * width + k] & 0xff;
          image.getRaster().setSample(k % width, k / width, channel, level);
        }
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      files.put(String.format("%s/%03d.png", className, i), out.toByteArray());
      ofClass.add(pixels);
    }
    return this;
  }

  void save(Path target) throws IOException {
    if (target.toString().endsWith(".zip")) {
      try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          zip.putNextEntry(new ZipEntry(file.getKey()));
          zip.write(file.getValue());
        }
      }
      return;
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = target.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  /** Pictures of each class come in the order of their names. */
  void assertHolds(ImageSet set) {
    Map<String, Integer> next = new TreeMap<>();
    for (int i = 0; i < set.count(); i++) {
      String className = set.classNames().get(set.label(i));
      byte[] pixels = new byte[set.sampleCount()];
      set.pixels(i, pixels);
      int turn = next.merge(className, 1, Integer::sum) - 1;
      assertArrayEquals(samples.get(className).get(turn), pixels);
    }
    assertEquals(files.size(), set.count());
  }
}
