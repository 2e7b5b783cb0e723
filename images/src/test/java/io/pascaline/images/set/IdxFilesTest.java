// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.DataFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFilesTest {
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  @TempDir Path folder;
  private Path images;
  private Path labels;

  @BeforeEach
  void nameFiles() {
    images = folder.resolve("images.gz");
    labels = folder.resolve("labels.gz");
  }

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    IdxImages written = RandomImages.of(7, 6, 3, 11);
    IdxFiles.writeImages(written, images);
    IdxFiles.writeLabels(written, labels);

    IdxImages read = IdxFiles.read(images, labels);

    assertEquals(7, read.count());
    assertEquals(6, read.height());
    assertEquals(6, read.width());
    assertArrayEquals(written.pixels(), read.pixels());
    assertArrayEquals(written.labels(), read.labels());
  }

  @Test
  void shouldWriteThePublishedLayout() throws IOException {
    IdxFiles.writeImages(IdxImages.of(1, 2, new byte[] {5, (byte) 250}, new byte[] {9}), images);

    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(images))) {
      assertArrayEquals(
          new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 5, (byte) 250},
          in.readAllBytes());
    }
  }

  @Test
  void shouldNameAFileThatIsMissing() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {1, 1, 1}, 1);

    assertRefused("labels.gz does not exist");
  }

  @Test
  void shouldRefuseAFileOfAnotherKind() throws IOException {
    Files.write(images, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

    assertRefused("images.gz is not an IDX file");
  }

  @Test
  void shouldRefuseLabelsInPlaceOfImages() throws IOException {
    write(images, LABELS_MAGIC, new int[] {1}, 1);

    assertRefused("has 1 dimensions, not 3");
  }

  @Test
  void shouldRefuseAFileThatIsCutShort() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {2, 3, 3}, 17);

    assertRefused("2 items declared, 1 there");
  }

  @Test
  void shouldRefuseAFileThatGoesOn() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {2, 3, 3}, 19);

    assertRefused("holds more than its header declares");
  }

  @Test
  void shouldRefuseAHeaderThatClaimsTooMuch() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {1, 1 << 14, 1 << 14}, 1);

    assertRefused("declares items of more than");
  }

  @Test
  void shouldRefuseANegativeDimension() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {-1, 3, 3}, 1);

    assertRefused("declares a dimension of 4294967295");
  }

  @Test
  void shouldRefuseDifferentCountsOfImagesAndLabels() throws IOException {
    write(images, IMAGES_MAGIC, new int[] {2, 1, 1}, 2);
    write(labels, LABELS_MAGIC, new int[] {3}, 3);

    assertRefused("holds 2 images, but");
  }

  private void assertRefused(String part) {
    DataFault thrown = assertThrows(DataFault.class, () -> IdxFiles.read(images, labels));
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }

  private static void write(Path file, int magic, int[] dims, int byteCount) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(4 + 4 * dims.length).putInt(magic);
    for (int dim : dims) {
      header.putInt(dim);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(header.array());
    bytes.write(new byte[byteCount]);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      bytes.writeTo(out);
    }
  }
}
