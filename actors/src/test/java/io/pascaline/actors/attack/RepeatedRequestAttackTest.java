// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client whose key is pinned repeats its requests with well-formed inputs, cancels and repeats
 * them, and puts one party ahead of the other. Others are served meanwhile, and afterwards the
 * parties hold nothing of it.
 */
@Timeout(300)
class RepeatedRequestAttackTest {
  private static final long SEED = 13;
  private static final int ROUNDS = Math.max(200, Integer.getInteger("pascaline.repeats", 0) / 10);
  private static final int REPEATS = 15;
  private static final long ASKED_MS = 600_000;

  /** What {@link Deployment} lets the parties buffer. */
  private static final int AHEAD = 4;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Deployment deployment = new Deployment(SEED);

  @Test
  void shouldServeOthersDuringAndAfterRepeats() throws InterruptedException {
    Bystander bystander = new Bystander(deployment.network, deployment.client, SEED);
    bystander.awaitAnswers(2);
    try (Liar liar = new Liar(deployment, deployment.identities.otherClient().security())) {
      Link[] links = {liar.link(0), liar.link(1)};
      for (int round = 0; round < ROUNDS; round++) {
        RequestId request = new RequestId(random.nextLong(), random.nextLong());
        int first = random.nextInt(2);
        say(links[first], share(request));
        say(links[1 - first], share(request));
        pause(random.nextInt(4_000_000));
        int ahead = random.nextInt(4) == 0 ? 1 : 0;
        say(links[ahead], cancel(request));
        for (int i = 0; i < REPEATS; i++) {
          say(links[ahead], share(request));
        }
        pause(random.nextInt(4_000_000));
        say(links[0], cancel(request));
        say(links[1], cancel(request));
        if (round % 50 == 49) {
          bystander.awaitAnswers(1);
        }
      }
      bystander.awaitAnswers(3);
      bystander.assertUntouched();
      assertTrue(List.of(links).stream().allMatch(Link::isOpen));
      for (PartyNode party : List.of(deployment.party0, deployment.party1)) {
        assertIdle(party.counters());
      }
    }
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
    deployment.close();
  }

  private static void assertIdle(PartyCounters counters) {
    for (String state : PartyCounters.requestStates()) {
      Deployment.await("no request " + state, () -> counters.requests(state) == 0);
    }
    Deployment.await("no session in flight", () -> counters.sessionsInFlight() == 0);
    Deployment.await("no queued request", () -> counters.sessionsQueued() == 0);
    Deployment.await("correlations", () -> counters.correlationsReady() == AHEAD);
    Deployment.await("no credit left", () -> counters.creditCorrelations() == 0);
    assertEquals("running", counters.epochState());
    assertEquals(1, counters.epochs());
  }

  private static void say(Link link, LinkMessage message) {
    Deployment.await("room", () -> link.send(message) || !link.isOpen());
  }

  /** Lets a request get somewhere, which is elsewhere each time; nothing waits for a result. */
  private static void pause(long durationNs) {
    long untilNs = System.nanoTime() + durationNs;
    while (System.nanoTime() < untilNs) {
      Thread.yield();
    }
  }

  private LinkMessage share(RequestId request) {
    return new LinkMessage.InputShare(
        request, ASKED_MS, new int[deployment.network.plan().inputWordCount()]);
  }

  private static LinkMessage cancel(RequestId request) {
    return LinkMessage.RequestAbort.ofRequest(request, AbortReason.CANCELLED, "cancelled", 0);
  }
}
