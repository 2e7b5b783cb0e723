// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.layers.format.FileFormatException.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFormatTest {
  private static final FileFormat FORMAT = new FileFormat("PSCLTEST", "test file", 3);
  private static final byte[] BODY = "what the file holds".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  private static byte[] decode(FileFormat format, byte[] file) throws FileFormatException {
    return format.decode(file, (code, bodyBytes, in) -> in.readAllBytes());
  }

  private static Fault fault(FileFormat format, byte[] file) {
    FileFormatException refused =
        assertThrows(FileFormatException.class, () -> decode(format, file));
    assertFalse(refused.getMessage().contains("\n"));
    return refused.fault();
  }

  @Test
  void shouldReadWhatItWrites() throws Exception {
    byte[] file = FORMAT.encode(7, BODY);

    assertEquals(FileFormat.HEADER_BYTES + BODY.length + FileFormat.TRAILER_BYTES, file.length);
    assertArrayEquals(BODY, decode(FORMAT, file));
    int found =
        FORMAT.decode(
            file,
            (code, bodyBytes, in) -> {
              in.skipNBytes(bodyBytes);
              return code;
            });
    assertEquals(7, found);
  }

  @Test
  void shouldRefuseEveryOtherLength() {
    byte[] file = FORMAT.encode(7, BODY);
    for (int length = 0; length < file.length; length++) {
      assertEquals(Fault.TRUNCATED, fault(FORMAT, Arrays.copyOf(file, length)), "" + length);
    }
    assertEquals(Fault.TOO_LONG, fault(FORMAT, Arrays.copyOf(file, file.length + 1)));
  }

  @Test
  void shouldRefuseEveryFlippedBit() {
    byte[] file = FORMAT.encode(7, BODY);
    for (int bit = 0; bit < Byte.SIZE * file.length; bit++) {
      byte[] flipped = file.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      fault(FORMAT, flipped);
    }
  }

  @Test
  void shouldTellOldFromNewAndOtherFiles() {
    byte[] file = FORMAT.encode(0, BODY);

    assertEquals(Fault.TOO_OLD, fault(new FileFormat("PSCLTEST", "test file", 4), file));
    assertEquals(Fault.TOO_NEW, fault(new FileFormat("PSCLTEST", "test file", 2), file));
    assertEquals(Fault.OTHER_KIND, fault(new FileFormat("PSCLOTHR", "other file", 3), file));
    assertEquals(Fault.OTHER_KIND, fault(FORMAT, new byte[100]));
    byte[] bad = file.clone();
    bad[FileFormat.HEADER_BYTES] ^= 1;
    assertEquals(Fault.CHECKSUM, fault(FORMAT, bad));
    bad = file.clone();
    bad[20] ^= 1;
    assertEquals(Fault.HEADER, fault(FORMAT, bad));
  }

  @Test
  void shouldRefuseABodyThatIsNotReadToItsEndOrBeyond() {
    byte[] file = FORMAT.encode(0, BODY);
    for (int wrong : new int[] {0, BODY.length - 1, BODY.length + 1}) {
      FileFormatException refused =
          assertThrows(
              FileFormatException.class,
              () ->
                  FORMAT.decode(
                      file,
                      (code, bodyBytes, in) -> {
                        byte[] bytes = new byte[wrong];
                        in.readFully(bytes);
                        return bytes;
                      }));
      assertEquals(Fault.CONTENT, refused.fault());
    }
  }

  @Test
  void shouldHaveOneHeaderForFilesThatGrow() throws Exception {
    ByteBuffer header = FORMAT.growingHeader(2);
    ByteBuffer file = ByteBuffer.allocate(header.remaining() + 5).put(header).rewind();

    assertEquals(2, FORMAT.readGrowingHeader(file));
    assertEquals(5, file.remaining());
    assertEquals(Fault.HEADER, fault(FORMAT, file.array()));
    assertThrows(
        FileFormatException.class,
        () -> FORMAT.readGrowingHeader(ByteBuffer.wrap(FORMAT.encode(0, BODY))));
  }

  @Test
  void shouldReplaceAFileInOneStep() throws Exception {
    Path file = folder.resolve("file");
    ReplacedFile.ownerOnly(file)
        .write(out -> FORMAT.write(out, 1, BODY.length, body -> body.write(BODY)));
    ReplacedFile.ownerOnly(file).write(out -> FORMAT.write(out, 2, 0, body -> {}));

    assertEquals(2, (int) FORMAT.read(file, (code, bodyBytes, in) -> code));
    assertEquals(List.of(file), files());
  }

  @Test
  void shouldLeaveTheOldFileAndNothingElseWhenWritingFails() throws Exception {
    Path file = folder.resolve("file");
    ReplacedFile.ownerOnly(file).write(out -> out.write(BODY));
    // What a crash may have left.
    Files.write(folder.resolve("file.new"), new byte[] {1, 2, 3});

    assertThrows(
        IOException.class,
        () ->
            ReplacedFile.ownerOnly(file)
                .write(
                    out -> {
                      out.write(1);
                      throw new IOException("No space left on device");
                    }));
    assertThrows(
        IllegalStateException.class,
        () ->
            ReplacedFile.ownerOnly(file)
                .write(out -> FORMAT.write(out, 0, 2, body -> body.write(1))));

    assertArrayEquals(BODY, Files.readAllBytes(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void shouldLetOnlyTheOwnerRead() throws Exception {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path file = folder.resolve("secret");
    Files.write(file, BODY);
    // An open file that a crash has left must not pass its permissions on.
    Files.write(folder.resolve("secret.new"), BODY);

    ReplacedFile.ownerOnly(file).write(out -> out.write(BODY));

    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void shouldRefuseAKindThatNoHeaderHolds() {
    assertThrows(IllegalArgumentException.class, () -> new FileFormat("SHORT", "file", 1));
    assertThrows(IllegalArgumentException.class, () -> new FileFormat("PSCLTEST", "file", 0));
    assertThrows(IllegalArgumentException.class, () -> FORMAT.encode(1 << 16, BODY));
  }
}
