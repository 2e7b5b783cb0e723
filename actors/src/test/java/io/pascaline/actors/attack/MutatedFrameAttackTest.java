// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.LinkSecurity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mutated frames on open links, after a handshake and a hello that held, to every role: from a
 * client to both parties of a deployment that serves, from a party to a dealer, from a party to a
 * client that dialled it. A decoder beside the attacker says what is in each frame; as many streams
 * as that refuses, and for the same faults, must be refused by the role, and so every frame up to
 * the refused one was parsed there.
 */
@Timeout(900)
class MutatedFrameAttackTest {
  /** Multiplies what is sent: {@code -Dpascaline.attack.scale=20} for a long run. */
  private static final int SCALE = Integer.getInteger("pascaline.attack.scale", 1);

  private static final int ROLES = 4;
  private static final int FRAMES_PER_ROLE = 25_000 * SCALE;

  /** Mutated frames of a stream before the broken one, at most: a host gets 128 streams at once. */
  private static final int MAX_ALTERED = 560;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** What one mutated frame can lead to; the other faults are a handshake's, or a hello's. */
  private static final Set<FrameFault> EXPECTED =
      EnumSet.of(
          FrameFault.TOO_SHORT,
          FrameFault.UNKNOWN_SCHEMA,
          FrameFault.UNKNOWN_MESSAGE,
          FrameFault.BAD_LENGTH,
          FrameFault.BAD_VALUE,
          FrameFault.OUT_OF_SEQUENCE,
          FrameFault.OUT_OF_ORDER,
          FrameFault.OVERSIZED,
          FrameFault.WRONG_SENDER,
          FrameFault.HELLO_UNEXPECTED,
          FrameFault.BAD_ACKNOWLEDGEMENT);

  /**
   * A node under attack.
   *
   * @param link makes the attacker's next link to it
   * @param endsAtFailure whether it is a role that a peer's Failure ends, by design
   */
  private record Target(NodeCounters counters, Supplier<OpenLink> link, boolean endsAtFailure) {}

  /** What was sent to a node, up to the end of each stream, and what must come of it. */
  private static final class Tally {
    private final Map<FrameKind, Integer> mutated = new EnumMap<>(FrameKind.class);
    private final Map<FrameFault, Integer> faults = new EnumMap<>(FrameFault.class);
    private int streams;

    int mutatedCount() {
      return mutated.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 31)
  void shouldRefuseBrokenFramesOnOpenLinksOfEveryRole(long seed) throws Exception {
    ExecutorService attackers = Executors.newFixedThreadPool(ROLES);
    try (Deployment deployment = new Deployment(seed);
        Bystander bystander = new Bystander(deployment.network, deployment.client, seed)) {
      CorrelationKey[] keys = {CorrelationKey.generate(RANDOM), CorrelationKey.generate(RANDOM)};
      bystander.awaitAnswers(2);
      long heapBytes = DatagramAttackTest.usedHeapBytes();
      try (Stranger first = new Stranger();
          Stranger second = new Stranger();
          Stranger third = new Stranger();
          Stranger fourth = new Stranger();
          DealerNode dealer = dealer(deployment, keys);
          PrivateInferenceClient client =
              deployment.connect(
                  deployment.identities.client(), deployment.party0.address(), fourth.address())) {
        List<Target> targets =
            List.of(
                party(deployment, deployment.party0, first),
                party(deployment, deployment.party1, second),
                new Target(
                    dealer.transport().counters(),
                    () ->
                        third.open(
                            secured(deployment, 0),
                            "dealer",
                            dealer.address(),
                            hello(deployment, 0)),
                    false),
                new Target(
                    client.transport().counters(),
                    () -> fourth.answer(secured(deployment, 1), hello(deployment, 1)),
                    true));
        // The dealer, the other party and two clients: from now on links are the attackers'.
        NodeCounters atParty0 = targets.get(0).counters();
        Deployment.await("links", () -> atParty0.opened() == 4);
        List<CompletableFuture<Tally>> attacks = new ArrayList<>();
        for (Target target : targets) {
          SplittableRandom random = new SplittableRandom(seed + attacks.size());
          attacks.add(
              CompletableFuture.supplyAsync(() -> attack(deployment, target, random), attackers));
        }
        List<Tally> tallies = new ArrayList<>();
        for (CompletableFuture<Tally> attack : attacks) {
          tallies.add(attack.get(800, TimeUnit.SECONDS));
        }
        assertCovered(tallies, "seed " + seed);
        bystander.awaitAnswers(2);
        bystander.assertUntouched();
        assertTrue(DatagramAttackTest.usedHeapBytes() - heapBytes < 64L << 20);
        for (Target target : targets) {
          assertEquals(0, target.counters().errors());
        }
        assertTrue(!client.failure().toCompletableFuture().isDone());
        assertServes(deployment, dealer, keys, seed);
      }
      assertTrue(deployment.isWhole());
      assertEquals(0, deployment.errors());
    } finally {
      attackers.shutdownNow();
    }
  }

  private static Tally attack(Deployment deployment, Target target, SplittableRandom random) {
    HostileMessages messages = new HostileMessages(deployment.network.plan(), random);
    NodeCounters counters = target.counters();
    long openedBefore = counters.opened();
    long closedBefore = counters.closed();
    Map<FrameFault, Long> faultsBefore = new EnumMap<>(FrameFault.class);
    for (FrameFault fault : FrameFault.values()) {
      faultsBefore.put(fault, counters.faults(fault));
    }
    Tally tally = new Tally();
    while (tally.mutatedCount() < FRAMES_PER_ROLE) {
      try (OpenLink link = target.link().get()) {
        MutatedStream stream =
            new MutatedStream(
                random,
                messages,
                link,
                kind -> kind != FrameKind.FAILURE || !target.endsAtFailure());
        link.say(stream.greeting());
        Deployment.await("open link", () -> counters.opened() > openedBefore + tally.streams);
        FrameKind last = FrameKind.values()[tally.streams % FrameKind.values().length];
        for (int left = random.nextInt(MAX_ALTERED);
            !stream.isOver() && (left > 0 || !stream.isBetweenMessages());
            left--) {
          link.say(stream.altered());
          tally.mutated.merge(stream.kind(), 1, Integer::sum);
        }
        while (!stream.isOver()) {
          link.say(stream.broken(last));
          tally.mutated.merge(last, 1, Integer::sum);
        }
        if (stream.faultOrNull() != null) {
          tally.faults.merge(stream.faultOrNull(), 1, Integer::sum);
        }
        Deployment.await("end of link", () -> counters.closed() > closedBefore + tally.streams);
        tally.streams++;
      }
    }
    for (FrameFault fault : FrameFault.values()) {
      assertEquals(
          tally.faults.getOrDefault(fault, 0).longValue(),
          counters.faults(fault) - faultsBefore.get(fault),
          () -> fault + " of " + tally.faults);
    }
    return tally;
  }

  /** That it was enough, of every kind, and broken in all ways that a decoder tells apart. */
  private static void assertCovered(List<Tally> tallies, String seed) {
    Set<FrameFault> faults = EnumSet.noneOf(FrameFault.class);
    int mutated = 0;
    for (Tally tally : tallies) {
      assertEquals(EnumSet.allOf(FrameKind.class), tally.mutated.keySet(), seed);
      faults.addAll(tally.faults.keySet());
      mutated += tally.mutatedCount();
    }
    assertEquals(EXPECTED, faults, seed);
    assertTrue(mutated >= ROLES * FRAMES_PER_ROLE, seed + ": " + mutated);
  }

  private static Target party(Deployment deployment, PartyNode party, Stranger stranger) {
    String name = party == deployment.party0 ? "party 0" : "party 1";
    LinkSecurity.Secured client =
        (LinkSecurity.Secured) deployment.identities.otherClient().security();
    byte[] digest = deployment.network.plan().digest();
    return new Target(
        party.transport().counters(),
        () -> stranger.open(client, name, party.address(), Hellos.client(digest)),
        false);
  }

  private static LinkSecurity.Secured secured(Deployment deployment, int partyId) {
    return (LinkSecurity.Secured) deployment.identities.party(partyId).security();
  }

  private static LinkMessage.Hello hello(Deployment deployment, int partyId) {
    return Hellos.party(
        partyId, deployment.network.plan().digest(), new byte[LinkMessage.SHARING_ID_BYTES], 1);
  }

  private static DealerNode dealer(Deployment deployment, CorrelationKey[] keys) {
    return DealerNode.start(
        deployment.network.plan(),
        keys[0],
        keys[1],
        Deployment.ANY_PORT,
        Deployment.runtime(deployment.identities.dealer()));
  }

  /** The dealer that was attacked deals for its own parties, and answers are right. */
  private static void assertServes(
      Deployment deployment, DealerNode dealer, CorrelationKey[] keys, long seed) throws Exception {
    ModelShare[] shares = ModelShares.split(deployment.network, RANDOM);
    try (PartyNode party0 =
            PartyNode.start(
                shares[0],
                keys[0],
                Deployment.ANY_PORT,
                dealer.address(),
                null,
                Deployment.runtime(deployment.identities.party(0)));
        PartyNode party1 =
            PartyNode.start(
                shares[1],
                keys[1],
                Deployment.ANY_PORT,
                dealer.address(),
                party0.address(),
                Deployment.runtime(deployment.identities.party(1)));
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(deployment.network.plan())
                .listen(Deployment.ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(Deployment.runtime(deployment.identities.client()))
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      Fixtures.assertPipelined(deployment.network, client, 2, seed);
    }
  }
}
