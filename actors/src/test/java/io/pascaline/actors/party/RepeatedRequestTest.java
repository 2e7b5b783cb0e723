// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client with well-formed inputs that repeats request ids, cancels and repeats, and puts one
 * party ahead of the other, at every point of a request's life. Afterwards the service answers, in
 * the same epoch, and holds nothing of that client.
 */
@Timeout(600)
class RepeatedRequestTest {
  private static final long SEED = 31;
  private static final int ROUNDS = Integer.getInteger("pascaline.repeats", 2_000);
  private static final int SHAPED_ROUNDS = Math.max(200, ROUNDS / 10);
  private static final int HONEST_EVERY = 100;
  private static final long ASKED_MS = 600_000;

  /** What {@link MemoryNetwork} lets the parties buffer. */
  private static final int AHEAD = 4;

  /** How long a round waits for a point that a refused request does not reach. */
  private static final long POINT_NS = TimeUnit.MILLISECONDS.toNanos(30);

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final int lastLayer = network.plan().outputLayer().id();
  private final Map<RequestId, Set<Point>> seen = new ConcurrentHashMap<>();
  private final Map<Long, RequestId> requests = new ConcurrentHashMap<>();
  private final Set<RequestId> refusedForOverload = ConcurrentHashMap.newKeySet();

  /** Where a request is when the client strikes. */
  private enum Point {
    SENT,
    NUMBERED,
    FIRST_OPENING_OF_PARTY_0,
    FIRST_OPENING_OF_PARTY_1,
    LAST_OPENING_OF_PARTY_0,
    LAST_OPENING_OF_PARTY_1,
    ANSWERED_BY_PARTY_0,
    ANSWERED_BY_PARTY_1
  }

  private List<LinkMessage> watch(String from, LinkMessage message) {
    int party = from.equals("party 0") ? 0 : 1;
    if (message instanceof LinkMessage.SessionOpen open && open.number() >= 0) {
      RequestId request = open.request();
      requests.put(open.number(), request);
      reached(request, Point.NUMBERED);
    } else if (message instanceof LinkMessage.MaskedTensor tensor && tensor.number() >= 0) {
      RequestId request = requests.get(tensor.number());
      if (request != null && tensor.layer() == 0) {
        reached(
            request, party == 0 ? Point.FIRST_OPENING_OF_PARTY_0 : Point.FIRST_OPENING_OF_PARTY_1);
      } else if (request != null && tensor.layer() == lastLayer) {
        reached(
            request, party == 0 ? Point.LAST_OPENING_OF_PARTY_0 : Point.LAST_OPENING_OF_PARTY_1);
      }
    } else if (message instanceof LinkMessage.OutputShare output) {
      reached(output.request(), party == 0 ? Point.ANSWERED_BY_PARTY_0 : Point.ANSWERED_BY_PARTY_1);
    } else if (message instanceof LinkMessage.RequestAbort abort
        && abort.reason() == AbortReason.OVERLOADED) {
      refusedForOverload.add(abort.request());
    }
    return List.of(message);
  }

  private void reached(RequestId request, Point point) {
    Set<Point> points = seen.get(request);
    if (points != null) {
      points.add(point);
    }
  }

  private MemoryNetwork network() {
    MemoryNetwork memory =
        new MemoryNetwork(
            network,
            20_000,
            16,
            PartyLimits.defaults(),
            name -> RoleState.inMemory(),
            (from, to, message) -> watch(from, message));
    memory.addClient("attacker");
    return memory;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldServeOnAfterRepeatsAtEveryPointOfALife(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (MemoryNetwork memory = network()) {
      assertServes(memory, random, "before");
      int[] struck = new int[Point.values().length];
      for (int round = 0; round < ROUNDS / 2; round++) {
        Point point = Point.values()[round % Point.values().length];
        RequestId request = new RequestId(random.nextLong(), random.nextLong());
        seen.put(request, ConcurrentHashMap.newKeySet());
        int first = random.nextInt(2);
        shareUntilTaken(memory, first, request);
        shareUntilTaken(memory, 1 - first, request);
        if (awaitPoint(request, point)) {
          struck[point.ordinal()]++;
        }
        int actions = 1 + random.nextInt(4);
        for (int i = 0; i < actions; i++) {
          strike(memory, request, random);
        }
        cancel(memory, 0, request);
        cancel(memory, 1, request);
        seen.remove(request);
        if (round % HONEST_EVERY == HONEST_EVERY - 1) {
          assertServes(memory, random, "seed " + seed + ", round " + round);
        }
      }
      for (Point point : Point.values()) {
        int rounds = ROUNDS / 2 / Point.values().length;
        assertTrue(
            struck[point.ordinal()] > rounds / 2,
            "seed " + seed + ": struck at " + point + " in " + struck[point.ordinal()] + " rounds");
      }
      assertIdle(memory);
      assertServes(memory, random, "seed " + seed + ", afterwards");
      assertIdle(memory);
    }
  }

  private void strike(MemoryNetwork memory, RequestId request, SplittableRandom random) {
    int party = random.nextInt(2);
    if (random.nextInt(3) > 0) {
      cancel(memory, party, request);
    }
    int repeats = random.nextInt(3) == 0 ? 30 : random.nextInt(3);
    for (int i = 0; i < repeats; i++) {
      share(memory, party, request);
    }
  }

  /** Party 0 forgets the request and numbers it again before party 1 has forgotten it. */
  @Test
  void shouldKeepNoNumberOfARequestThatIsRepeatedAtParty0() throws Exception {
    repeatAtParty0When(Point.NUMBERED);
  }

  /** The first number of the request is answered at party 1 when nobody knows it any more. */
  @Test
  void shouldOutliveAnAnswerToARequestThatIsRepeatedAtParty0() throws Exception {
    repeatAtParty0When(Point.LAST_OPENING_OF_PARTY_0);
  }

  private void repeatAtParty0When(Point point) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    try (MemoryNetwork memory = network()) {
      assertServes(memory, random, "before");
      for (int round = 0; round < SHAPED_ROUNDS; round++) {
        RequestId request = new RequestId(random.nextLong(), random.nextLong());
        seen.put(request, ConcurrentHashMap.newKeySet());
        shareUntilTaken(memory, 1, request);
        shareUntilTaken(memory, 0, request);
        awaitPoint(request, point);
        cancel(memory, 0, request);
        for (int i = 0; i < 60; i++) {
          share(memory, 0, request);
          long untilNs = System.nanoTime() + 5_000;
          while (System.nanoTime() < untilNs) {
            Thread.onSpinWait();
          }
        }
        cancel(memory, 0, request);
        cancel(memory, 1, request);
        seen.remove(request);
        if (round % 20 == 19) {
          assertServes(memory, random, "seed " + SEED + ", round " + round);
        }
      }
      assertIdle(memory);
    }
  }

  private boolean awaitPoint(RequestId request, Point point) {
    long deadlineNs = System.nanoTime() + POINT_NS;
    while (point != Point.SENT && !seen.get(request).contains(point)) {
      if (System.nanoTime() - deadlineNs > 0) {
        return false;
      }
      Thread.yield();
    }
    return true;
  }

  /** Shares again while the repeats of an earlier request fill the party's mailbox. */
  private void shareUntilTaken(MemoryNetwork memory, int party, RequestId request) {
    await(
        "room in the mailbox of party " + party,
        () -> {
          refusedForOverload.clear();
          share(memory, party, request); // A refusal for overload comes before this returns.
          return !refusedForOverload.contains(request);
        });
  }

  private void share(MemoryNetwork memory, int party, RequestId request) {
    memory.deliver(
        "attacker",
        "party " + party,
        new LinkMessage.InputShare(request, ASKED_MS, new int[network.plan().inputWordCount()]));
  }

  private static void cancel(MemoryNetwork memory, int party, RequestId request) {
    memory.deliver(
        "attacker",
        "party " + party,
        LinkMessage.RequestAbort.ofRequest(request, AbortReason.CANCELLED, "cancelled", 0));
  }

  private void assertServes(MemoryNetwork memory, SplittableRandom random, String when)
      throws Exception {
    float[] image = Fixtures.image(random);
    try {
      Fixtures.assertAnswer(network, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
    } catch (Exception failed) {
      throw new AssertionError("not served " + when, failed);
    }
    assertEquals(List.of(), memory.fatal());
  }

  /** Every gauge is where it was before the first request, and no epoch was lost. */
  private static void assertIdle(MemoryNetwork memory) {
    for (int party = 0; party < 2; party++) {
      PartyCounters counters = memory.counters(party);
      String who = "party " + party + ": ";
      for (String state : PartyCounters.requestStates()) {
        await(who + state + " requests", () -> counters.requests(state) == 0);
      }
      await(who + "sessions in flight", () -> counters.sessionsInFlight() == 0);
      await(who + "queued requests", () -> counters.sessionsQueued() == 0);
      await(who + "correlations", () -> counters.correlationsReady() == AHEAD);
      await(who + "credit", () -> counters.creditCorrelations() == 0);
      assertEquals("running", counters.epochState());
      assertEquals(1, counters.epochs());
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, what + " not at the idle value");
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }
}
