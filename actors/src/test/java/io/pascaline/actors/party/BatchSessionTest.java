// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.AuditEvent;
import io.pascaline.actors.state.AuditFile;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.actors.state.Watermark;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of several images, from request to answer, on links in memory. */
class BatchSessionTest {
  private static final long SEED = 93;
  private static final long ASKED_MS = 60_000;
  private static final int AHEAD = 6;
  private static final int BLOCK = 3;
  private static final MemoryNetwork.Tampering NONE = (from, to, message) -> List.of(message);

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Map<String, Audited> audits = new HashMap<>();

  /** A log that a test reads. */
  private static final class Audited implements AuditLog {
    private final List<AuditRecord> records = Collections.synchronizedList(new ArrayList<>());

    @Override
    public boolean isOn() {
      return true;
    }

    @Override
    public void record(AuditRecord next) {
      records.add(next);
    }

    @Override
    public void close() {}
  }

  private MemoryNetwork network(int maxBatch, MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network,
        ASKED_MS,
        16,
        PartyLimits.builder().maxBatch(maxBatch).build().forOnlyClient(),
        List.of(Precomputation.of(AHEAD), Precomputation.of(AHEAD)),
        // Blocks smaller than a batch: it waits for several.
        name ->
            new RoleState(
                Watermark.inMemory(), audits.computeIfAbsent(name, key -> new Audited()), BLOCK),
        tampering);
  }

  private List<float[]> images(int count) {
    return Stream.generate(() -> Fixtures.image(random)).limit(count).toList();
  }

  private void assertAnswers(MemoryNetwork memory, int count) throws Exception {
    List<float[]> images = images(count);
    assertRight(images, memory.infer(images, ASKED_MS).get(60, TimeUnit.SECONDS));
  }

  private void assertRight(List<float[]> images, List<InferenceResult> results) {
    assertEquals(images.size(), results.size());
    for (int i = 0; i < images.size(); i++) {
      Fixtures.assertAnswer(network, images.get(i), results.get(i), SEED);
    }
  }

  private AbortReason reason(CompletableFuture<?> asked) {
    ExecutionException ended =
        assertThrows(ExecutionException.class, () -> asked.get(60, TimeUnit.SECONDS));
    return assertInstanceOf(InferenceException.class, ended.getCause()).reason();
  }

  /** Each number of each layer was opened once, whatever became of its session. */
  private void assertNothingTwice() {
    Map<String, StateRole> roles =
        Map.of(
            "dealer", StateRole.DEALER, "party 0", StateRole.PARTY_0, "party 1", StateRole.PARTY_1);
    AuditCheck.Findings findings =
        AuditCheck.of(
            audits.entrySet().stream()
                .map(
                    role ->
                        new AuditFile(
                            Path.of(role.getKey()),
                            roles.get(role.getKey()),
                            List.copyOf(role.getValue().records)))
                .toList());
    assertEquals(List.of(), findings.violations(), "seed " + SEED);
  }

  private long opened(String party) {
    return List.copyOf(audits.get(party).records).stream()
        .filter(record -> record.event() == AuditEvent.OPENED && record.number() >= 0)
        .count();
  }

  @ParameterizedTest(name = "{0} images")
  @ValueSource(ints = {1, 2, 5, AHEAD})
  void shouldSendOneOpeningForAllImagesInEachRound(int imageCount) throws Exception {
    AtomicInteger openings = new AtomicInteger();
    try (MemoryNetwork memory =
        network(
            8,
            (from, to, message) -> {
              if (from.equals("party 0")
                  && message instanceof LinkMessage.MaskedTensor tensor
                  && tensor.number() >= 0) {
                openings.incrementAndGet();
              }
              return List.of(message);
            })) {
      int sessions = 3;
      for (int i = 0; i < sessions; i++) {
        assertAnswers(memory, imageCount);
      }
      int rounds = network.plan().costs().rounds();
      assertEquals(sessions * rounds, openings.get());
      for (int party = 0; party < 2; party++) {
        assertEquals(sessions * imageCount, memory.counters(party).inferences());
        assertEquals(sessions, memory.counters(party).traffic(party).sessions());
        assertEquals((long) sessions * imageCount * rounds, opened("party " + party));
      }
      assertNothingTwice();
      assertEquals(List.of(), memory.fatal());
    }
  }

  /** As large as the parties' stock at most, whatever they are set to. */
  @Test
  void shouldRefuseALargerBatchWithTheNumberThatIsTaken() throws Exception {
    try (MemoryNetwork memory = network(8, NONE)) {
      CompletableFuture<?> asked = memory.infer(images(AHEAD + 1), ASKED_MS);
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> asked.get(60, TimeUnit.SECONDS));
      InferenceException why = assertInstanceOf(InferenceException.class, refused.getCause());
      assertEquals(AbortReason.BATCH_TOO_LARGE, why.reason());
      assertTrue(why.getMessage().contains("at most " + AHEAD), why.getMessage());
      assertAnswers(memory, AHEAD);
    }
  }

  /** A client that does not look at what the parties say is told by them. */
  @Test
  void shouldRefuseALargerBatchThatIsSentNevertheless() throws Exception {
    List<LinkMessage.RequestAbort> refusals = Collections.synchronizedList(new ArrayList<>());
    try (MemoryNetwork memory =
        network(
            2,
            (from, to, message) -> {
              if (to.equals("client") && message instanceof LinkMessage.RequestAbort abort) {
                refusals.add(abort);
              }
              if (message instanceof LinkMessage.InputShare share) {
                int[] words = share.words();
                int[] more = Arrays.copyOf(words, words.length / 2 * 3);
                return List.of(
                    new LinkMessage.InputShare(share.request(), share.timeoutMs(), more));
              }
              return List.of(message);
            })) {
      assertEquals(AbortReason.BATCH_TOO_LARGE, reason(memory.infer(images(2), ASKED_MS)));
      assertTrue(refusals.get(0).detail().contains("takes 2 images"), refusals.toString());
    }
  }

  /** What one party does to the opening of a batch ends all its images, and no other session. */
  @ParameterizedTest(name = "{0} words of two images")
  @ValueSource(strings = {"fewer", "half of the", "twice the"})
  void shouldEndTheWholeSessionThatThePeerBreaks(String words) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (MemoryNetwork memory =
        network(
            8,
            (from, to, message) -> {
              if (from.equals("party 1")
                  && message instanceof LinkMessage.MaskedTensor tensor
                  && tensor.number() >= 0
                  && tensor.layer() > 0
                  && broken.compareAndSet(false, true)) {
                int length = tensor.words().length;
                int other =
                    words.equals("fewer")
                        ? length - 1
                        : words.equals("twice the") ? 2 * length : length / 2;
                return List.of(
                    new LinkMessage.MaskedTensor(
                        tensor.epoch(),
                        tensor.number(),
                        tensor.layer(),
                        tensor.round(),
                        Arrays.copyOf(tensor.words(), other)));
              }
              return List.of(message);
            })) {
      assertEquals(AbortReason.PROTOCOL_VIOLATION, reason(memory.infer(images(2), ASKED_MS)));
      for (int i = 0; i < 4; i++) {
        assertAnswers(memory, AHEAD);
      }
      assertNothingTwice();
    }
  }

  /** Shares of other numbers of images are of no request. */
  @ParameterizedTest(name = "to party {0}")
  @ValueSource(ints = {0, 1})
  void shouldEndARequestWhoseSharesAreOfOtherNumbersOfImages(int fewer) throws Exception {
    AtomicBoolean cut = new AtomicBoolean();
    try (MemoryNetwork memory =
        network(
            8,
            (from, to, message) -> {
              if (to.equals("party " + fewer)
                  && message instanceof LinkMessage.InputShare share
                  && cut.compareAndSet(false, true)) {
                return List.of(
                    new LinkMessage.InputShare(
                        share.request(),
                        share.timeoutMs(),
                        Arrays.copyOf(share.words(), share.words().length / 2)));
              }
              return List.of(message);
            })) {
      assertEquals(AbortReason.PROTOCOL_VIOLATION, reason(memory.infer(images(2), ASKED_MS)));
      for (int i = 0; i < 4; i++) {
        assertAnswers(memory, AHEAD);
      }
      assertNothingTwice();
    }
  }

  /**
   * Batches that end half way, at any point and in any number, use up their numbers and nobody
   * else's: those that follow are answered, and no number was opened twice.
   */
  @Test
  void shouldOpenNothingTwiceWhenBatchesEndHalfWay() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    int dropped = 7;
    try (MemoryNetwork memory =
        network(
            8,
            (from, to, message) ->
                from.equals("party 1")
                        && message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() >= 0
                        && seen.incrementAndGet() % dropped == 0
                    ? List.of()
                    : List.of(message))) {
      int answered = 0;
      for (int i = 0; i < 24; i++) {
        List<float[]> images = images(1 + random.nextInt(AHEAD));
        CompletableFuture<List<InferenceResult>> asked = memory.infer(images, 400);
        try {
          assertRight(images, asked.get(60, TimeUnit.SECONDS));
          answered++;
        } catch (ExecutionException ended) {
          assertEquals(AbortReason.DEADLINE, reason(asked));
        }
      }
      assertTrue(answered > 0 && answered < 24, "seed " + SEED + ": " + answered);
      assertNothingTwice();
      assertEquals(List.of(), memory.fatal());
    }
  }
}
