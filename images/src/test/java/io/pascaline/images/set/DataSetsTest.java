// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.images.DataFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSetsTest {
  private static final int CIFAR_SAMPLES = 3 * 32 * 32;

  @TempDir private Path folder;

  @Test
  void shouldReadFashionMnistFromItsFolder() throws IOException {
    IdxImages training = RandomImages.of(30, 8, 10, 1);
    IdxImages test = RandomImages.of(20, 8, 10, 2);
    write(training, "train");
    write(test, "t10k");

    for (String text : List.of("fashion-mnist:" + folder, folder.toString())) {
      DataSet read = DataSets.open(text);

      assertSame(training, read.training());
      assertSame(test, read.test());
      assertEquals(10, read.training().classCount());
      assertEquals(FashionMnist.LABELS, read.test().classNames());
      assertEquals("the published test images", read.testOrigin());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldReadTheBinaryFilesOfCifar(CifarFiles.Kind kind) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    boolean ten = kind == CifarFiles.Kind.CIFAR10;
    Path files =
        Files.createDirectories(folder.resolve(ten ? "cifar-10-batches-bin" : "cifar-100-binary"));
    byte[][] images = new byte[12][CIFAR_SAMPLES];
    int[] labels = new int[images.length];
    for (int i = 0; i < images.length; i++) {
      random.nextBytes(images[i]);
      labels[i] = random.nextInt(ten ? 10 : 100);
    }
    if (ten) {
      for (int batch = 0; batch < 5; batch++) {
        cifar(files.resolve("data_batch_" + (batch + 1) + ".bin"), images, labels, 2 * batch, 2, 1);
      }
      cifar(files.resolve("test_batch.bin"), images, labels, 10, 2, 1);
      Files.writeString(files.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    } else {
      cifar(files.resolve("train.bin"), images, labels, 0, 10, 2);
      cifar(files.resolve("test.bin"), images, labels, 10, 2, 2);
    }

    for (String text : List.of(kind.label() + ":" + folder, files.toString())) {
      DataSet read = DataSets.open(text);

      assertEquals(10, read.training().count());
      assertEquals(2, read.test().count());
      assertEquals(ten ? 10 : 100, read.training().classCount());
      assertEquals(ten ? 10 : 0, read.training().classNames().size());
      for (int i = 0; i < images.length; i++) {
        ImageSet set = i < 10 ? read.training() : read.test();
        assertEquals(labels[i], set.label(i % 10));
        assertArrayEquals(images[i], pixels(set, i % 10));
      }
    }
  }

  @ParameterizedTest(name = "zip {0}")
  @ValueSource(booleans = {false, true})
  void shouldReadTrainingAndTestPicturesOfColour(boolean zip) throws IOException {
    PictureFolders training = new PictureFolders(5, 7, true, 3).write("cat", 4).write("dog", 5);
    PictureFolders test = new PictureFolders(5, 7, true, 4).write("dog", 2);
    training.save(folder.resolve(zip ? "pets-train.zip" : "train"));
    test.save(folder.resolve(zip ? "pets-test.zip" : "test"));
    List<String> texts =
        zip
            ? List.of(folder.toString(), folder.resolve("pets-train.zip").toString())
            : List.of(folder.toString(), folder.resolve("train").toString());

    for (String text : texts) {
      DataSet read = DataSets.open(text);

      assertEquals(List.of("cat", "dog"), read.training().classNames());
      assertEquals(3, read.training().channels());
      assertEquals(5, read.training().width());
      assertEquals(7, read.training().height());
      assertEquals(2, read.test().classCount());
      assertArrayEquals(new int[] {1, 1}, labels(read.test()));
      training.assertHolds(read.training());
      test.assertHolds(read.test());
    }
  }

  @Test
  void shouldDrawTestImagesFromOneFolder() throws IOException {
    new PictureFolders(4, 4, false, 3).write("a", 20).write("b", 22).save(folder.resolve("all"));

    DataSet read = DataSets.open(folder.resolve("all").toString());

    assertEquals(35, read.training().count());
    assertEquals(7, read.test().count());
    assertEquals(1, read.training().channels());
    assertTrue(read.describe().contains("drawn with seed 1"), read.describe());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "fashion-mnist:/nowhere | apt-get install dataset-fashion-mnist",
        "cifar10 | https://www.cs.toronto.edu/~kriz/cifar.html",
        "cifar10:/nowhere | https://www.cs.toronto.edu/~kriz/cifar.html",
        "cifar100:/nowhere | cifar100",
        "/nowhere | give a folder or zip of class folders"
      })
  void shouldSayInOneLineWhereAMissingSetComesFrom(String text, String part) {
    DataFault fault = assertThrows(DataFault.class, () -> DataSets.open(text));

    assertTrue(fault.getMessage().contains(part), fault.getMessage());
    assertFalse(fault.getMessage().contains("\n"), fault.getMessage());
  }

  @Test
  void shouldNameAFolderWithoutCifar() {
    DataFault fault = assertThrows(DataFault.class, () -> DataSets.open("cifar10:" + folder));

    assertTrue(fault.getMessage().contains("holds no cifar10 (data_batch_1.bin)"));
  }

  @Test
  void shouldRefuseABinaryFileThatIsCutShort() throws IOException {
    for (int batch = 1; batch <= 5; batch++) {
      Files.write(folder.resolve("data_batch_" + batch + ".bin"), new byte[3 * 3073 - 1]);
    }

    DataFault fault = assertThrows(DataFault.class, () -> DataSets.open("cifar10:" + folder));

    assertTrue(fault.getMessage().contains("data_batch_1.bin is damaged"), fault.getMessage());
  }

  @Test
  void shouldRefuseAClassOutOfRange() throws IOException {
    byte[] record = new byte[3073];
    record[0] = 10;
    Files.write(folder.resolve("data_batch_1.bin"), record);

    DataFault fault = assertThrows(DataFault.class, () -> DataSets.open("cifar10:" + folder));

    assertTrue(fault.getMessage().contains("names class 10 of 10"), fault.getMessage());
  }

  @Test
  void shouldNameAPictureOfAnotherSize() throws IOException {
    new PictureFolders(4, 4, false, 3).write("a", 10).save(folder.resolve("all"));
    new PictureFolders(5, 4, false, 3).write("b", 1).save(folder.resolve("all"));

    DataFault fault =
        assertThrows(DataFault.class, () -> DataSets.open(folder.resolve("all").toString()));

    assertTrue(fault.getMessage().contains("is 5x4 but"), fault.getMessage());
  }

  @Test
  void shouldRefuseTestClassesThatWereNeverLearnt() throws IOException {
    new PictureFolders(4, 4, false, 3).write("a", 4).write("b", 4).save(folder.resolve("train"));
    new PictureFolders(4, 4, false, 3).write("c", 4).save(folder.resolve("test"));

    DataFault fault = assertThrows(DataFault.class, () -> DataSets.open(folder.toString()));

    assertTrue(fault.getMessage().contains("other class folders"), fault.getMessage());
  }

  @Test
  void shouldReadThePicturesOfCifar10() {
    Path test =
        Path.of(System.getProperty("pascaline.cifar10", "../../shared/data"), "cifar10-test.zip");
    // The test images only: 50,000 pictures take too long for a test that always runs.
    assumeTrue(Files.isRegularFile(test), "no data set at " + test);

    ImageSet images = PictureSets.load(test, null, List.of());

    assertEquals(10_000, images.count());
    assertEquals(10, images.classCount());
    assertEquals(CIFAR_SAMPLES, images.sampleCount());
    assertEquals("airplane", images.classNames().get(0));
  }

  private void write(IdxImages images, String part) throws IOException {
    IdxFiles.writeImages(images, folder.resolve(part + "-images-idx3-ubyte.gz"));
    IdxFiles.writeLabels(images, folder.resolve(part + "-labels-idx1-ubyte.gz"));
  }

  private static void cifar(
      Path file, byte[][] images, int[] labels, int from, int count, int labelBytes)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = from; i < from + count; i++) {
      if (labelBytes == 2) {
        bytes.write(labels[i] / 5);
      }
      bytes.write(labels[i]);
      bytes.write(images[i]);
    }
    Files.write(file, bytes.toByteArray());
  }

  private static void assertSame(ImageSet expected, ImageSet actual) {
    assertEquals(expected.count(), actual.count());
    for (int i = 0; i < expected.count(); i++) {
      assertEquals(expected.label(i), actual.label(i));
      assertArrayEquals(pixels(expected, i), pixels(actual, i));
    }
  }

  private static byte[] pixels(ImageSet set, int index) {
    byte[] pixels = new byte[set.sampleCount()];
    set.pixels(index, pixels);
    return pixels;
  }

  private static int[] labels(ImageSet set) {
    return IntStream.range(0, set.count()).map(set::label).toArray();
  }
}
