// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.CorrectionStore;
import io.pascaline.actors.state.Reservation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateException;
import io.pascaline.actors.state.StateRole;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.actors.state.Watermark;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes on without the dealer, what ends with it, and how a party stops. */
@Timeout(120)
class RecoveryTest {
  private static final long SEED = 57;

  /** What {@link MemoryNetwork} lets the parties buffer. */
  private static final int AHEAD = 4;

  @TempDir private Path folder;

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);

  private CompletableFuture<InferenceResult> infer(MemoryNetwork memory, float[] image) {
    return memory.infer(image);
  }

  private void assertServes(MemoryNetwork memory) throws Exception {
    float[] image = Fixtures.image(random);
    Fixtures.assertAnswer(network, image, infer(memory, image).get(60, TimeUnit.SECONDS), SEED);
    assertEquals(List.of(), memory.fatal());
  }

  private static AbortReason reasonOf(CompletableFuture<InferenceResult> result) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS));
    return ((InferenceException) failed.getCause()).reason();
  }

  @Test
  void shouldServeWhatIsPreparedWithoutTheDealer() throws Exception {
    try (MemoryNetwork memory =
        new MemoryNetwork(network, 3_000, 16, (from, to, message) -> List.of(message))) {
      memory.awaitReady(0, AHEAD);
      memory.awaitReady(1, AHEAD);
      memory.cut("party 0", "dealer");
      memory.cut("party 1", "dealer");

      for (int i = 0; i < AHEAD; i++) {
        assertServes(memory);
      }
      assertEquals(AbortReason.DEADLINE, reasonOf(infer(memory, Fixtures.image(random))));
    }
  }

  /** They ended long before their deadline, with the reason. */
  @Test
  void shouldEndWhatIsNotPreparedWhenTheDealerIsLost() throws Exception {
    CountDownLatch opened = new CountDownLatch(3);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            600_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionOpen) {
                opened.countDown();
              }
              return message instanceof LinkMessage.Correction ? List.of() : List.of(message);
            })) {
      List<CompletableFuture<InferenceResult>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(infer(memory, Fixtures.image(random)));
      }
      assertTrue(opened.await(60, TimeUnit.SECONDS));
      memory.cut("party 0", "dealer");
      memory.cut("party 1", "dealer");

      for (CompletableFuture<InferenceResult> result : waiting) {
        assertEquals(AbortReason.DEALER_LOST, reasonOf(result));
      }
    }
  }

  /** The client asks again until its deadline; what is under way is answered. */
  @ParameterizedTest(name = "party {0}")
  @ValueSource(ints = {0, 1})
  void shouldLetSessionsFinishAndRefuseNewOnesWhenDraining(int party) throws Exception {
    CompletableFuture<LinkMessage> held = new CompletableFuture<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            3_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() == 0
                        && from.equals("party 0")
                        && held.complete(message)
                    ? List.of()
                    : List.of(message))) {
      float[] image = Fixtures.image(random);
      CompletableFuture<InferenceResult> inFlight = infer(memory, image);
      LinkMessage opening = held.get(60, TimeUnit.SECONDS);
      CompletableFuture<Done> drained = memory.drain(party);

      CompletableFuture<InferenceResult> refused = infer(memory, Fixtures.image(random));
      assertFalse(drained.isDone());
      memory.deliver("party 0", "party 1", opening);

      Fixtures.assertAnswer(network, image, inFlight.get(60, TimeUnit.SECONDS), SEED);
      assertEquals(AbortReason.SHUTTING_DOWN, reasonOf(refused));
      drained.get(60, TimeUnit.SECONDS);
      assertTrue(memory.counters(party).refusals(AbortReason.SHUTTING_DOWN) > 0);
    }
  }

  /** Blocks of one or two numbers: every session waits for one to be reserved. */
  @ParameterizedTest(name = "block {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldServeOnAcrossReservations(long block) throws Exception {
    List<LinkMessage> dealt = new CopyOnWriteArrayList<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.defaults(),
            name -> new RoleState(Watermark.inMemory(), AuditLog.off(), block),
            (from, to, message) -> {
              if (message instanceof LinkMessage.Correction) {
                dealt.add(message);
              }
              return List.of(message);
            })) {
      List<CompletableFuture<InferenceResult>> results = new ArrayList<>();
      List<float[]> images = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        images.add(Fixtures.image(random));
        results.add(infer(memory, images.get(i)));
      }
      for (int i = 0; i < 12; i++) {
        Fixtures.assertAnswer(
            network, images.get(i), results.get(i).get(60, TimeUnit.SECONDS), SEED);
      }
      List<LinkMessage> soFar = List.copyOf(dealt); // Dealing goes on.
      long different =
          soFar.stream()
              .map(LinkMessage.Correction.class::cast)
              .map(c -> List.of(c.epoch(), c.number(), c.layer()))
              .distinct()
              .count();
      assertEquals(soFar.size(), different);
    }
  }

  /** Far more is ready than memory is for, and served without the dealer, all of it right. */
  @Test
  void shouldServeFromAStoreOnDiskWithoutTheDealer() throws Exception {
    int inStore = 40;
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            30_000,
            16,
            PartyLimits.defaults(),
            name ->
                RoleState.open(
                    new StateSettings(folder.resolve(name.replace(' ', '-')), true)
                        .withStore(name.equals("dealer") ? 0 : inStore, 64 << 20, 0),
                    name.equals("dealer")
                        ? StateRole.DEALER
                        : StateRole.party(name.equals("party 0") ? 0 : 1)),
            (from, to, message) -> List.of(message))) {
      memory.awaitReady(0, inStore + AHEAD);
      memory.awaitReady(1, inStore + AHEAD);
      memory.cut("party 0", "dealer");
      memory.cut("party 1", "dealer");

      for (int i = 0; i < inStore + AHEAD; i++) {
        assertServes(memory);
      }
      assertEquals(0, memory.counters(0).correlationsReady());
    }
    AuditCheck.Findings findings =
        AuditCheck.ofDirectories(
            List.of(
                folder.resolve("dealer"), folder.resolve("party-0"), folder.resolve("party-1")));
    assertEquals(List.of(), findings.violations());
    assertTrue(findings.opened() > 2L * inStore, findings.toString());
    try (Stream<Path> files = Files.list(folder.resolve("party-0"))) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".seg")));
    }
  }

  /** Room for this many times the corrections of an inference that one party gets on average. */
  @ParameterizedTest(name = "{0} inferences wanted, room for {1}")
  @CsvSource({"1000, 0.5", "1000, 1", "20, 5.5", "5, 5", "7, 7"})
  void shouldServeOnFromMemoryWhenTheStoreIsFull(int wanted, double room) throws Exception {
    long bytes =
        (long)
            (room
                * (network.plan().costs().offlineBytes() / 2
                    + CorrectionStore.OVERHEAD_BYTES * network.plan().layers().size()));
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            30_000,
            16,
            PartyLimits.defaults(),
            name -> roleState(name, new StateSettings(folder, false).withStore(wanted, bytes, 0)),
            (from, to, message) -> List.of(message))) {
      int inferences = 3 * (Math.min(wanted, (int) room) + AHEAD) + 40;
      for (int i = 0; i < inferences; i++) {
        assertServes(memory);
      }
    }
  }

  private RoleState roleState(String name, StateSettings settings) {
    return name.equals("dealer")
        ? RoleState.inMemory()
        : RoleState.open(
            new StateSettings(folder.resolve(name.replace(' ', '-')), settings.audit())
                .withStore(
                    settings.storeSessions(), settings.storeBytes(), settings.storeExpiryMs()),
            StateRole.party(name.equals("party 0") ? 0 : 1));
  }

  /** What it does not take is served from memory; what it took is not lost. */
  @Test
  void shouldLoseNothingWhileTheDiskFailsAndUseTheStoreAgainAfterwards() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            30_000,
            16,
            PartyLimits.defaults(),
            name ->
                name.equals("dealer")
                    ? RoleState.inMemory()
                    : new RoleState(
                        Watermark.inMemory(),
                        AuditLog.off(),
                        new FailingStore(failing, refused, taken),
                        Reservation.BLOCK),
            (from, to, message) -> List.of(message))) {
      for (int phase = 0; phase < 3; phase++) {
        failing.set(phase == 1);
        int refusedBefore = refused.get();
        int takenBefore = taken.get();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        AtomicInteger due = phase == 1 ? refused : taken;
        int before = phase == 1 ? refusedBefore : takenBefore;
        int served = 0;
        while ((served < 40 || due.get() < before + 20) && System.nanoTime() < deadlineNs) {
          assertServes(memory);
          served++;
        }
        assertTrue(due.get() >= before + 20, "phase " + phase + ": " + (due.get() - before));
      }
    }
  }

  /** A store in memory that takes nothing for as long as it fails. */
  private static final class FailingStore implements CorrectionStore {
    private final AtomicBoolean failing;
    private final AtomicInteger refused;
    private final AtomicInteger taken;
    private final Map<String, int[]> held = new ConcurrentHashMap<>();

    FailingStore(AtomicBoolean failing, AtomicInteger refused, AtomicInteger taken) {
      this.failing = failing;
      this.refused = refused;
      this.taken = taken;
    }

    @Override
    public int sessionsAhead(long bytesOfTwoSessions) {
      return 10;
    }

    @Override
    public long expiryMs() {
      return 0;
    }

    @Override
    public void begin(long epoch, byte[] key) {
      held.clear();
    }

    @Override
    public CompletionStage<Void> put(long epoch, int layer, long number, int[] words) {
      if (failing.get()) {
        refused.incrementAndGet();
        return CompletableFuture.failedStage(new StateException("no space left on device"));
      }
      taken.incrementAndGet();
      held.put(layer + "/" + number, words);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<int[]> take(long epoch, int layer, long number) {
      int[] words = held.remove(layer + "/" + number);
      return words == null
          ? CompletableFuture.failedStage(new StateException("no such correction"))
          : CompletableFuture.completedStage(words);
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldBeginAnewWhenWhatIsPreparedHasExpired() throws Exception {
    Set<Long> epochs = ConcurrentHashMap.newKeySet();
    CountDownLatch second = new CountDownLatch(4);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            30_000,
            16,
            PartyLimits.defaults(),
            name ->
                name.equals("dealer")
                    ? RoleState.inMemory()
                    : RoleState.open(
                        new StateSettings(folder.resolve(name.replace(' ', '-')), false)
                            .withStore(2, 64 << 20, 300),
                        StateRole.party(name.equals("party 0") ? 0 : 1)),
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart start) {
                epochs.add(start.epoch());
                second.countDown();
              }
              return List.of(message);
            })) {
      assertTrue(second.await(60, TimeUnit.SECONDS));
      assertTrue(epochs.size() >= 2, "epochs " + epochs);
      assertEquals(List.of(), memory.fatal());
    }
  }

  @Test
  void shouldServeAPlanThatNeedsNoCorrelation() throws Exception {
    FusedNetwork local = Fixtures.pooling(SEED);
    try (MemoryNetwork memory =
        new MemoryNetwork(local, 60_000, 2, (from, to, message) -> List.of(message))) {
      for (int i = 0; i < 10; i++) {
        float[] image = Fixtures.image(random);
        Fixtures.assertAnswer(local, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
      }
    }
  }

  @Test
  void shouldReserveABlockAheadOfUse() {
    Reservation reservation = new RoleState(Watermark.inMemory(), AuditLog.off(), 10).reservation();
    assertEquals(10, reservation.end());
    assertEquals(-1, reservation.wantedEnd(4));
    assertEquals(20, reservation.wantedEnd(5));
    assertEquals(-1, reservation.wantedEnd(10));
    reservation.reserved(20);
    assertEquals(20, reservation.end());
    assertEquals(30, reservation.wantedEnd(15));
  }
}
