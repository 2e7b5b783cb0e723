// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxImageSourceTest {
  private static final InputSize SIZE = new InputSize(1, 5, 7);

  @TempDir private Path folder;

  @ParameterizedTest(name = "seed {0}, images {1}, labels {2}")
  @CsvSource({
    "1, t-images-idx3-ubyte, t-labels-idx1-ubyte",
    "2, t-images-idx3-ubyte.gz, t-labels-idx1-ubyte.gz",
    "3, t-images-idx3-ubyte.gz, t-labels-idx1-ubyte",
    "4, t-images-idx3-ubyte, t-labels-idx1-ubyte.gz",
    "5, t-images.idx3-ubyte, t-labels.idx1-ubyte"
  })
  void shouldReadImagesAndTheLabelsBesideThem(long seed, String imageName, String labelName)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 1 + random.nextInt(20);
    byte[] pixels = IdxBytes.random(random, count * SIZE.sampleCount());
    byte[] classes = new byte[count];
    for (int i = 0; i < count; i++) {
      classes[i] = (byte) random.nextInt(10);
    }
    Path images = write(imageName, IdxBytes.of(pixels, count, 5, 7));
    write(labelName, IdxBytes.of(classes, count));

    try (ImageSource source = open(images, count)) {
      assertEquals(count, source.count());
      for (int i = 0; i < count; i++) {
        byte[] expected =
            Arrays.copyOfRange(pixels, i * SIZE.sampleCount(), (i + 1) * SIZE.sampleCount());
        assertArrayEquals(expected, source.samples(i));
        assertEquals(classes[i], source.label(i));
      }
    }
  }

  @Test
  void shouldReadOnlyTheFirstImagesWhenLimited() throws IOException {
    byte[] pixels = IdxBytes.random(new SplittableRandom(7), 9 * SIZE.sampleCount());
    Path images = write("a-images-idx3-ubyte", IdxBytes.of(pixels, 9, 5, 7));
    write("a-labels-idx1-ubyte", IdxBytes.of(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, 9));

    try (ImageSource source = open(images, 4)) {
      assertEquals(4, source.count());
      assertEquals(3, source.label(3));
    }
  }

  @Test
  void shouldHaveNoLabelsWhenNoneLieBeside() throws IOException {
    Path images = write("images.bin", IdxBytes.of(new byte[SIZE.sampleCount()], 1, 5, 7));

    try (ImageSource source = open(images, 1)) {
      assertEquals(ImageSource.NO_LABEL, source.label(0));
    }
  }

  @Test
  void shouldReadLabelsOfTextFiles() throws IOException {
    Path images = write("images.bin", IdxBytes.of(new byte[2 * SIZE.sampleCount()], 2, 5, 7));
    Path labels = write("labels.txt", "3\n12\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    try (ImageSource source = new ImageOpener(SIZE, labels, 2, false).open(List.of(images))) {
      assertEquals(3, source.label(0));
      assertEquals(12, source.label(1));
    }
  }

  @ParameterizedTest(name = "cut to {0} bytes")
  @ValueSource(ints = {2, 3, 4, 9, 15, 16, 20, 85})
  void shouldNameTheFileWhenItIsTruncated(int length) throws IOException {
    byte[] whole = IdxBytes.of(new byte[2 * SIZE.sampleCount()], 2, 5, 7);
    Path plain = write("cut", Arrays.copyOf(whole, length));
    byte[] zipped = IdxBytes.gzip(whole);
    Path gzip = write("cut.gz", Arrays.copyOf(zipped, Math.min(length, zipped.length - 9)));

    for (Path path : List.of(plain, gzip)) {
      DataFault fault = assertThrows(DataFault.class, () -> open(path, 2));
      assertTrue(fault.getMessage().contains(path.toString()), fault.getMessage());
    }
  }

  @Test
  void shouldRefuseImagesOfAnotherSize() throws IOException {
    Path images = write("x", IdxBytes.of(new byte[64], 1, 8, 8));

    DataFault fault = assertThrows(DataFault.class, () -> open(images, 1));

    assertTrue(
        fault.getMessage().contains("[8, 8]") && fault.getMessage().contains("7x5"),
        fault.getMessage());
  }

  @Test
  void shouldRefuseLabelsOfAnotherNumber() throws IOException {
    Path images = write("b-images-idx3-ubyte", IdxBytes.of(new byte[70], 2, 5, 7));
    write("b-labels-idx1-ubyte", IdxBytes.of(new byte[3], 3));

    DataFault fault = assertThrows(DataFault.class, () -> open(images, 2));

    assertTrue(fault.getMessage().contains("3 labels for 2 inputs"), fault.getMessage());
  }

  @Test
  void shouldNotAllocateByWhatAHeaderClaims() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(16);
    header.putInt(0x0803).putInt(9_999_999).putInt(5).putInt(7);
    Path claim = write("claim", header.array());
    header.putInt(4, Integer.MAX_VALUE);
    Path overClaim = write("over", header.array());
    header.putInt(4, 1).putInt(8, Integer.MAX_VALUE).putInt(12, Integer.MAX_VALUE);
    Path huge = write("huge", header.array());

    for (Path path : List.of(claim, overClaim, huge)) {
      DataFault fault = assertThrows(DataFault.class, () -> open(path, Integer.MAX_VALUE));
      assertTrue(fault.getMessage().contains(path.toString()), fault.getMessage());
    }
  }

  @Test
  void shouldRefuseElementsThatAreNotBytes() throws IOException {
    byte[] floats = IdxBytes.of(new byte[140], 1, 5, 7);
    floats[2] = 0x0d;
    Path images = write("floats", floats);

    DataFault fault = assertThrows(DataFault.class, () -> open(images, 1));

    assertTrue(fault.getMessage().contains("type 13"), fault.getMessage());
  }

  private ImageSource open(Path path, int limit) {
    return new ImageOpener(SIZE, null, limit, false).open(List.of(path));
  }

  private Path write(String name, byte[] bytes) throws IOException {
    byte[] stored = name.endsWith(".gz") && bytes[0] == 0 ? IdxBytes.gzip(bytes) : bytes;
    return Files.write(folder.resolve(name), stored);
  }
}
