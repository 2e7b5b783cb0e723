// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileWatermarkTest {
  private static final int RECORD_BYTES = 24;

  @TempDir private Path folder;

  private Path state() {
    return folder.resolve("state");
  }

  private RoleState open() {
    return open(state());
  }

  private static RoleState open(Path directory) {
    return RoleState.open(new StateSettings(directory, false), StateRole.PARTY_0);
  }

  private static void await(CompletionStage<Void> stage) throws Exception {
    stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static void assertUsed(RoleState state, long epoch) {
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> await(state.watermark().begin(epoch, Reservation.BLOCK)));
    assertInstanceOf(EpochUsedException.class, refused.getCause());
  }

  @Test
  void shouldRefuseAnEpochThatAnEarlierLifeWasIn() throws Exception {
    try (RoleState state = open()) {
      await(state.watermark().begin(7, Reservation.BLOCK));
      await(state.watermark().reserve(7, 2 * Reservation.BLOCK));
      assertUsed(state, 7);
    }
    try (RoleState state = open()) {
      assertUsed(state, 7);
      await(state.watermark().begin(8, Reservation.BLOCK));
    }
  }

  /** What a crash may leave: each complete record counts, a part of the last one does not. */
  @Test
  void shouldStartFromAFileThatWasCutAnywhere() throws Exception {
    try (RoleState state = open()) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        await(state.watermark().begin(epoch, Reservation.BLOCK));
      }
    }
    byte[] whole = Files.readAllBytes(state().resolve(FileWatermark.NAME));
    assertEquals(FileHeader.BYTES + 3 * RECORD_BYTES, whole.length);
    for (int length = FileHeader.BYTES; length <= whole.length; length++) {
      Path directory = copy("cut" + length, Arrays.copyOf(whole, length));
      int complete = (length - FileHeader.BYTES) / RECORD_BYTES;
      try (RoleState state = open(directory)) {
        for (int epoch = 1; epoch <= complete; epoch++) {
          assertUsed(state, epoch);
        }
        await(state.watermark().begin(complete + 1, Reservation.BLOCK));
      }
      try (RoleState state = open(directory)) {
        assertUsed(state, complete + 1);
      }
    }
  }

  /** A whole record that is wrong is damaged and not torn, whatever follows it. */
  @ParameterizedTest(name = "{0} bytes of a torn record follow")
  @ValueSource(ints = {0, 1, RECORD_BYTES - 1})
  void shouldRefuseAFileInWhichAnyBitIsWrong(int tornBytes) throws Exception {
    try (RoleState state = open()) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        await(state.watermark().begin(epoch, Reservation.BLOCK));
      }
    }
    byte[] whole = Files.readAllBytes(state().resolve(FileWatermark.NAME));
    assertEquals(FileHeader.BYTES + 3 * RECORD_BYTES, whole.length);
    Path directory = copy("damaged", whole);
    for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
      byte[] damaged = Arrays.copyOf(whole, whole.length + tornBytes);
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertDamaged(directory, damaged);
    }
  }

  @Test
  void shouldRefuseALastRecordThatIsPartlyOverwrittenWithZeros() throws Exception {
    try (RoleState state = open()) {
      await(state.watermark().begin(1, Reservation.BLOCK));
      await(state.watermark().begin(2, Reservation.BLOCK));
    }
    byte[] damaged = Files.readAllBytes(state().resolve(FileWatermark.NAME));
    Path directory = copy("damaged", damaged);
    for (int at = damaged.length - 1; at >= damaged.length - RECORD_BYTES; at--) {
      damaged[at] = 0;
      assertDamaged(directory, damaged);
    }
  }

  private static void assertDamaged(Path directory, byte[] content) throws IOException {
    Files.write(directory.resolve(FileWatermark.NAME), content);
    StateException refused = assertThrows(StateException.class, () -> open(directory));
    assertTrue(refused.getMessage().contains("is damaged"), refused.getMessage());
    assertTrue(refused.getMessage().contains("move the folder away"), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }

  /** An audit log that stays open would hold its file, and its thread, until the process ends. */
  @Test
  void shouldCloseTheAuditLogIfTheStoreCannotBeOpened() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "no " + descriptors);
    open().close();
    Path occupied = Files.createDirectory(state().resolve("store-1.seg"));
    Files.createFile(occupied.resolve("in the way"));

    assertThrows(
        StateException.class,
        () ->
            RoleState.open(
                new StateSettings(state(), true).withStore(1, 1 << 20, 0), StateRole.PARTY_0));

    try (Stream<Path> open = Files.list(descriptors)) {
      assertEquals(List.of(), open.filter(this::isOfState).toList());
    }
  }

  private boolean isOfState(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(state());
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void shouldKeepEpochsWhenALongFileIsWrittenAnew() throws Exception {
    int epochs = (1 << 16) + 10;
    try (RoleState state = open()) {
      await(state.watermark().begin(1, Reservation.BLOCK));
    }
    Path file = state().resolve(FileWatermark.NAME);
    byte[] first = Files.readAllBytes(file);
    ByteBuffer many = ByteBuffer.allocate(FileHeader.BYTES + epochs * RECORD_BYTES);
    many.put(first, 0, FileHeader.BYTES);
    for (int epoch = 1; epoch <= epochs; epoch++) {
      ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
      record.putLong(epoch).putLong(Reservation.BLOCK).putInt(0);
      record.putInt(FileHeader.crc(record.array(), 0, 20));
      many.put(record.array());
    }
    Files.write(file, many.array());

    try (RoleState state = open()) {
      assertTrue(Files.size(file) < many.capacity() * 3 / 4, "size " + Files.size(file));
      assertUsed(state, epochs);
      assertUsed(state, epochs - 30_000);
    }
  }

  @Test
  void shouldNotBeUsedByTwoAtATime() {
    try (RoleState state = open()) {
      StateException refused = assertThrows(StateException.class, this::open);
      assertTrue(refused.getMessage().contains("is in use"), refused.getMessage());
      assertFalse(state.audit().isOn());
    }
    open().close();
  }

  @Test
  void shouldNotTakeAnotherRolesState() {
    open().close();
    StateException refused =
        assertThrows(
            StateException.class,
            () -> RoleState.open(new StateSettings(state(), false), StateRole.DEALER));
    assertTrue(
        refused.getMessage().contains("that of party 0, not of the dealer"), refused.getMessage());
  }

  @Test
  void shouldBeTheOwnersAlone() throws Exception {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    RoleState.open(new StateSettings(state(), true), StateRole.PARTY_1).close();
    assertEquals("rwx------", rights(state()));
    try (Stream<Path> files = Files.list(state())) {
      files.forEach(file -> assertEquals("rw-------", rights(file), file.toString()));
    }

    Files.setPosixFilePermissions(state(), PosixFilePermissions.fromString("rwxr-x---"));
    StateException refused = assertThrows(StateException.class, this::open);
    assertTrue(refused.getMessage().contains("chmod 700"), refused.getMessage());
  }

  @Test
  void shouldRefuseWhatComesAfterItsEnd() {
    RoleState state = open();
    state.close();
    ExecutionException refused =
        assertThrows(
            ExecutionException.class, () -> await(state.watermark().begin(9, Reservation.BLOCK)));
    assertInstanceOf(StateException.class, refused.getCause());
  }

  private static String rights(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path copy(String name, byte[] content) throws Exception {
    Path directory = folder.resolve(name);
    open(directory).close();
    Files.write(directory.resolve(FileWatermark.NAME), content);
    return directory;
  }
}
