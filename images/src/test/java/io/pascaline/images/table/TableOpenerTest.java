// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.DataFault;
import io.pascaline.images.InputSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableOpenerTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<f2", ">f2", "<f4", "<f8", ">f4", ">f8", "|i1", "|u1", "<i2", ">u2", "<i4", "<u4", "<i8",
        "<u8", "|b1"
      })
  void shouldReadNumbersOfAllTypes(String type) throws IOException {
    int width = type.charAt(2) - '0';
    ByteBuffer data = ByteBuffer.allocate(6 * width);
    data.order(type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      put(data, type.charAt(1), width, i % 2);
    }
    Path file = npy("a.npy", type, "2, 3", data.array());

    NumberTable table = opener(3).open(List.of(file));

    assertEquals(2, table.count());
    assertArrayEquals(new float[] {0, 1, 0}, table.values(0));
    assertArrayEquals(new float[] {1, 0, 1}, table.values(1));
    assertEquals("a.npy#1", table.name(1));
    assertEquals(InputSource.NO_LABEL, table.label(0));
  }

  /** Bits and values from NumPy. */
  @Test
  void shouldReadHalfPrecisionAndLargeUnsignedNumbers() throws IOException {
    short[] bits = {0x3555, (short) 0xc100, 0x0001, (short) 0x83ff, 0x7bff, 0x0400};
    ByteBuffer halves = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (short half : bits) {
      halves.putShort(half);
    }
    Path half = npy("half.npy", "<f2", "6,", halves.array());
    byte[] large =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(-1).putLong(7).array();
    Path unsigned = npy("large.npy", "<u8", "2,", large);

    assertArrayEquals(
        new float[] {0.33325195f, -2.5f, 0x1p-24f, -0x3ffp-24f, 65504, 0x1p-14f},
        opener(6).open(List.of(half)).values(0));
    assertArrayEquals(new float[] {0x1p64f, 7}, opener(2).open(List.of(unsigned)).values(0));
    assertFault(npy("nan.npy", "<f2", "3,", new byte[] {0, 0, 0, 0x7e, 0, 0}), "NaN at element 1");
  }

  private static void put(ByteBuffer data, char kind, int width, int value) {
    if (kind == 'f') {
      if (width == 2) {
        data.putShort((short) (value == 0 ? 0 : 0x3c00));
      } else if (width == 4) {
        data.putFloat(value);
      } else {
        data.putDouble(value);
      }
      return;
    }
    switch (width) {
      case 1 -> data.put((byte) value);
      case 2 -> data.putShort((short) value);
      case 4 -> data.putInt(value);
      default -> data.putLong(value);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1,2,3; 2, 3; 1",
        "1,2,3; 1, 2, 3; 1",
        "1,2,3; 1, 1, 2, 3; 1",
        "1,2,3; 4, 2, 3; 4",
        "1,2,3; 4, 1, 2, 3; 4",
        "6; 6,; 1",
        "6; 4, 6; 4",
        "1; 4,; 4",
        "1; 4, 1; 4",
        "3,2,1; 4, 3, 2, 1; 4"
      })
  void shouldTakeOneInputOrABatch(String dims, String shape, int count) throws IOException {
    int[] model = Arrays.stream(dims.split(",")).mapToInt(Integer::parseInt).toArray();
    int elements = Arrays.stream(model).reduce(1, (a, b) -> a * b) * count;
    Path file = npy("a.npy", "<f4", shape, new byte[4 * elements]);

    assertEquals(count, new TableOpener(model, null, null, 100).open(List.of(file)).count());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<f4; 2, 4; shape [2, 4]",
        "|f1; 2, 3; type '|f1'",
        "<c8; 2, 3; type",
        "|O; 2; type"
      })
  void shouldNameWhatDoesNotFit(String type, String shape, String part) throws IOException {
    assertFault(npy("a.npy", type, shape, new byte[32]), part);
  }

  @Test
  void shouldRefuseFilesThatAreDamaged() throws IOException {
    byte[] nan = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putFloat(Float.NaN).array();
    assertFault(npy("nan.npy", "<f4", "3,", nan), "NaN at element 0");
    assertFault(npy("short.npy", "<f4", "3,", new byte[11]), "truncated");
    assertFault(npy("long.npy", "<f4", "3,", new byte[13]), "more than its header");
    assertFault(npy("huge.npy", "<f4", "999999999, 999999999", new byte[12]), "more than");
    assertFault(npy("giant.npy", "<f4", "99999, 3", new byte[12]), "truncated");
    String fortran = header("<f4", "2, 3").replace("False", "True");
    assertFault(Files.write(folder.resolve("f.npy"), bytes(fortran, new byte[24])), "Fortran");
  }

  @Test
  void shouldRefuseAnIndexOfTheRowsAndNumbersOfProgramsOnly() throws IOException {
    assertFault(
        Files.writeString(folder.resolve("index.csv"), ",a,b\n0,1,2\n1,3,4\n"),
        "first column without a heading");
    assertFault(
        Files.writeString(folder.resolve("mark.csv"), "\ufeff,a,b\n0,1,2\n1,3,4\n"),
        "first column without a heading");
    for (String cell : List.of("1f", "2D", "NaN", "0x1p3d", "-Infinity")) {
      assertFault(Files.writeString(folder.resolve("cell.csv"), "1,2,3\n4,5," + cell + "\n"), cell);
    }
  }

  @ParameterizedTest(name = "separator {0}")
  @ValueSource(strings = {",", ";", "\t", ", "})
  void shouldReadRowsWithAndWithoutHeading(String separator) throws IOException {
    String rows = "1,2.5,-3e2\n 4 ,5,6\n\n".replace(",", separator);
    Path plain = Files.writeString(folder.resolve("a.csv"), rows);
    Path headed =
        Files.writeString(
            folder.resolve("b.csv"), "\ufeffa,b,\"c d\"\n".replace(",", separator) + rows);

    for (Path file : List.of(plain, headed)) {
      assertTrue(TableOpener.isTable(file));
      NumberTable table = opener(3).open(List.of(file));
      assertEquals(2, table.count());
      assertArrayEquals(new float[] {1, 2.5f, -300}, table.values(0));
      assertArrayEquals(new float[] {4, 5, 6}, table.values(1));
      assertEquals("#1", table.name(1));
    }
  }

  @ParameterizedTest(name = "column {0}")
  @CsvSource({"last, 2", "3, 2", "kind, 2", "a, 1", "1, 1"})
  void shouldTakeTheLabelsFromAColumn(String column, int first) throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "a,b,kind\n1,7,2\n3,7,0.5\n");

    NumberTable table = new TableOpener(new int[] {2}, null, column, 9).open(List.of(file));

    assertEquals(first, table.label(0));
    assertEquals(first == 2 ? 0.5 : 3, table.target(1));
    assertEquals(7, table.values(0)[first == 2 ? 1 : 0]);
    assertEquals(first == 2 ? InputSource.NO_LABEL : 3, table.label(1));
  }

  @Test
  void shouldTakeTheLabelsFromAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "1,7\n3,7\n5,7\n");
    Path labels = Files.writeString(folder.resolve("labels.txt"), "2\n0\n1\n");

    NumberTable table = new TableOpener(new int[] {2}, labels, null, 2).open(List.of(file));

    assertEquals(2, table.count());
    assertEquals(List.of(2, 0), List.of(table.label(0), table.label(1)));
  }

  @Test
  void shouldNameRowAndColumnOfWhatIsNoNumber() throws IOException {
    assertFault(
        Files.writeString(folder.resolve("a.csv"), "1,2,3\n4,x,6\n"), "row 2, column 2 is 'x'");
    assertFault(
        Files.writeString(folder.resolve("b.csv"), "1,2,3\n4,,6\n"), "row 2, column 2 is ''");
    assertFault(Files.writeString(folder.resolve("c.csv"), "1,2,NaN\n4,5,6\n"), "NaN");
    assertFault(Files.writeString(folder.resolve("d.csv"), "1,2,3,4\n"), "--label-column");
    assertFault(Files.writeString(folder.resolve("e.csv"), "1,2\n"), "2 columns");
    assertFault(Files.writeString(folder.resolve("f.csv"), "a,b,c\n"), "no row");
    assertFault(Files.writeString(folder.resolve("g.csv"), "1,2,1e60\n"), "1e60");
    byte[] latin = "gr\u00fc\u00df,b,c\n1,2,3".getBytes(StandardCharsets.ISO_8859_1);
    assertFault(Files.write(folder.resolve("h.csv"), latin), "UTF-8");
  }

  private static TableOpener opener(int... dims) {
    return new TableOpener(dims, null, null, 100);
  }

  private static void assertFault(Path file, String part) {
    DataFault fault = assertThrows(DataFault.class, () -> opener(3).open(List.of(file)));
    assertTrue(
        fault.getMessage().contains(part) && fault.getMessage().contains(file.toString()),
        fault.getMessage());
  }

  private Path npy(String name, String type, String shape, byte[] data) throws IOException {
    return Files.write(folder.resolve(name), bytes(header(type, shape), data));
  }

  private static String header(String type, String shape) {
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
  }

  private static byte[] bytes(String header, byte[] data) {
    return ByteBuffer.allocate(10 + header.length() + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1))
        .putShort((short) header.length())
        .put(header.getBytes(StandardCharsets.ISO_8859_1))
        .put(data)
        .array();
  }

  @Test
  void shouldNoteThatTheFirstRowMayNumberTheColumns() throws IOException {
    Path numbered = Files.writeString(folder.resolve("a.csv"), "\ufeff0,1,2\n5,6,7\n");
    Path single = Files.writeString(folder.resolve("b.csv"), "0,1,2\n");
    Path data = Files.writeString(folder.resolve("c.csv"), "0,1,3\n5,6,7\n");

    NumberTable table = opener(3).open(List.of(numbered));

    assertEquals(2, table.count());
    assertEquals(1, table.notes().size());
    assertTrue(table.notes().get(0).contains("header=False"), table.notes().get(0));
    assertEquals(List.of(), opener(3).open(List.of(single)).notes());
    assertEquals(List.of(), opener(3).open(List.of(data)).notes());
  }
}
