// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.LinkMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditTest {
  private static final byte[] SALT = {1, 2, 3};
  private static final int[] WORDS = {4, 5, 6};

  @TempDir private Path folder;

  private static AuditRecord opened(long number, int... words) {
    return AuditRecord.opened(11, number, 2, 0, digest(words));
  }

  private static AuditRecord.Digest digest(int[] words) {
    return AuditRecord.Digest.of(words, 0, words.length);
  }

  private Path write(String name, StateRole role, AuditRecord... records) {
    Path directory = folder.resolve(name);
    try (RoleState state = RoleState.open(new StateSettings(directory, true), role)) {
      for (AuditRecord record : records) {
        state.audit().record(record);
      }
    }
    return directory;
  }

  private static AuditFile file(StateRole role, AuditRecord... records) {
    return new AuditFile(Path.of("none"), role, List.of(records));
  }

  private static void assertFinds(String expected, AuditFile... files) {
    AuditCheck.Findings findings = AuditCheck.of(List.of(files));
    assertTrue(
        findings.violations().stream().anyMatch(line -> line.contains(expected)),
        expected + " is not in " + findings);
    assertEquals(findings.violations().size(), findings.violationCount());
  }

  @Test
  void shouldReadBackWhatEveryLifeWrote() throws Exception {
    AuditRecord first = AuditRecord.epoch(11, SALT);
    write("state", StateRole.PARTY_1, first, opened(-1, WORDS), opened(0, WORDS));
    Path directory = write("state", StateRole.PARTY_1, AuditRecord.epoch(12, SALT));

    List<AuditFile> lives = AuditFile.readAll(directory);

    assertEquals(2, lives.size());
    assertEquals(StateRole.PARTY_1, lives.get(0).role());
    assertEquals(List.of(first, opened(-1, WORDS), opened(0, WORDS)), lives.get(0).records());
    assertEquals(List.of(AuditRecord.epoch(12, SALT)), lives.get(1).records());
    assertEquals(0, AuditCheck.ofDirectories(List.of(directory)).violationCount());
  }

  /** More than are mapped at a time, from several threads; none is lost and all are whole. */
  @Test
  void shouldKeepManyRecordsOfManyThreads() throws Exception {
    int threads = 4;
    int perThread = 10_000;
    Path directory = folder.resolve("many");
    try (RoleState state = RoleState.open(new StateSettings(directory, true), StateRole.DEALER)) {
      state.audit().record(AuditRecord.epoch(1, SALT));
      List<Thread> writers = new ArrayList<>();
      for (int layer = 0; layer < threads; layer++) {
        int ownLayer = layer;
        Thread writer =
            new Thread(
                () -> {
                  for (int number = 0; number < perThread; number++) {
                    state.audit().record(AuditRecord.dealt(1, number, ownLayer));
                  }
                });
        writers.add(writer);
        writer.start();
      }
      for (Thread writer : writers) {
        writer.join();
      }
    }

    AuditCheck.Findings findings = AuditCheck.ofDirectories(List.of(directory));
    assertEquals((long) threads * perThread, findings.dealt());
    assertEquals(List.of(), findings.violations());
  }

  @Test
  void shouldForgiveARecordThatACrashCutShortAndNothingElse() throws Exception {
    Path directory =
        write("torn", StateRole.PARTY_0, AuditRecord.epoch(11, SALT), opened(0, WORDS));
    Path log = directory.resolve("audit-000001.log");
    byte[] whole = Files.readAllBytes(log);
    int last = FileHeader.BYTES + FileAuditLog.RECORD_BYTES;

    byte[] torn = whole.clone();
    Arrays.fill(torn, last + 20, last + FileAuditLog.RECORD_BYTES, (byte) 0);
    Files.write(log, torn);
    assertEquals(
        List.of(AuditRecord.epoch(11, SALT)), AuditFile.readAll(directory).get(0).records());

    byte[] damaged = whole.clone();
    damaged[FileHeader.BYTES + 9] ^= 1;
    Files.write(log, damaged);
    assertThrows(StateException.class, () -> AuditFile.readAll(directory));
  }

  private static AuditRecord openedInAdvance(long number, int... words) {
    return AuditRecord.opened(11, number, 2, LinkMessage.IN_ADVANCE, digest(words));
  }

  /** An opening in advance is that of the first round, of a number that may be discarded later. */
  @Test
  void shouldFindWhatWasOpenedInAdvanceAndAgain() {
    AuditRecord epoch = AuditRecord.epoch(11, SALT);
    AuditRecord dealt = AuditRecord.dealt(11, 0, 2);
    AuditRecord revealed = AuditRecord.revealed(11, 0, 2);
    AuditFile owner = file(StateRole.PARTY_0, epoch, opened(0, WORDS));
    assertFinds(
        "session 0 layer 2 round 0 was opened in advance and in its session",
        file(StateRole.PARTY_1, epoch, openedInAdvance(0, WORDS), opened(0, WORDS)));
    assertFinds(
        "session 0 layer 2 round -1 was opened in advance and in its session",
        file(StateRole.PARTY_1, epoch, opened(0, WORDS), openedInAdvance(0, WORDS)));
    assertFinds(
        "session 0 layer 2 round -1 was opened with different values",
        file(StateRole.PARTY_1, epoch, openedInAdvance(0, WORDS), openedInAdvance(0, 4, 5, 7)));
    assertFinds(
        "was opened by both parties and never dealt",
        file(StateRole.DEALER, epoch, AuditRecord.dealt(11, 1, 2)),
        owner,
        file(StateRole.PARTY_1, epoch, openedInAdvance(0, WORDS)));
    assertEquals(
        0,
        AuditCheck.of(
                List.of(
                    file(StateRole.DEALER, epoch, dealt),
                    owner,
                    file(StateRole.PARTY_1, epoch, openedInAdvance(0, WORDS))))
            .violationCount());
    assertEquals(
        0,
        AuditCheck.of(
                List.of(
                    file(StateRole.DEALER, epoch, dealt),
                    file(StateRole.PARTY_0, epoch, revealed),
                    file(StateRole.PARTY_1, epoch, openedInAdvance(0, WORDS), revealed)))
            .violationCount());
  }

  @Test
  void shouldFindWhatWasUsedTwice() {
    AuditRecord epoch = AuditRecord.epoch(11, SALT);
    assertFinds(
        "session 0 layer 2 round 0 was opened twice",
        file(StateRole.PARTY_0, epoch, opened(0, WORDS), opened(0, WORDS)));
    assertFinds(
        "session 3 layer 2 round 0 was opened with different values",
        file(StateRole.PARTY_0, epoch, opened(3, WORDS), opened(3, 4, 5, 7)));
    AuditRecord revealed = AuditRecord.revealed(11, 0, 2);
    assertFinds(
        "session 0 layer 2 round 0 was opened after its masks were revealed",
        file(StateRole.PARTY_0, epoch, revealed, opened(0, WORDS)));
    assertFinds(
        "session 0 layer 2 round 0 was revealed after its use",
        file(StateRole.PARTY_0, epoch, opened(0, WORDS), revealed));
    assertEquals(
        0,
        AuditCheck.of(
                List.of(
                    file(StateRole.DEALER, epoch, AuditRecord.dealt(11, 1, 2)),
                    file(StateRole.PARTY_0, epoch, revealed),
                    file(StateRole.PARTY_1, epoch, revealed)))
            .violationCount(),
        "what is revealed may never be dealt");
    assertFinds(
        "was entered twice", file(StateRole.PARTY_0, epoch), file(StateRole.PARTY_0, epoch));
    assertFinds(
        "in an incarnation that did not enter it", file(StateRole.PARTY_0, opened(0, WORDS)));
    assertFinds(
        "in an incarnation that did not enter it",
        file(StateRole.PARTY_0, epoch),
        file(StateRole.PARTY_0, opened(0, WORDS)));
    assertFinds(
        "was dealt twice",
        file(StateRole.DEALER, epoch, AuditRecord.dealt(11, 0, 2), AuditRecord.dealt(11, 0, 2)));
    assertFinds(
        "keys of another salt",
        file(StateRole.PARTY_0, epoch),
        file(StateRole.PARTY_1, AuditRecord.epoch(11, new byte[] {9})));
    assertFinds(
        "session 1 layer 2 round 0 was opened by both parties and never dealt",
        file(StateRole.DEALER, epoch, AuditRecord.dealt(11, 0, 2)),
        file(StateRole.PARTY_0, epoch, opened(0, WORDS), opened(1, WORDS)),
        file(StateRole.PARTY_1, epoch, opened(1, WORDS)));
  }

  @Test
  void shouldFindNothingWhereEverythingWasUsedOnce() {
    AuditRecord epoch = AuditRecord.epoch(11, SALT);
    AuditCheck.Findings findings =
        AuditCheck.of(
            List.of(
                file(StateRole.DEALER, epoch, AuditRecord.dealt(11, 0, 2)),
                file(StateRole.PARTY_0, epoch, opened(-1, 7), opened(0, WORDS)),
                // What needs no correction at a party is opened there before it is dealt, or never.
                file(StateRole.PARTY_1, epoch, opened(-1, 8), opened(0, 9, 9, 9), opened(1, 9))));
    assertEquals(List.of(), findings.violations());
    assertEquals(new AuditCheck.Findings(3, 1, 1, 5, 0, List.of()), findings);
  }
}
