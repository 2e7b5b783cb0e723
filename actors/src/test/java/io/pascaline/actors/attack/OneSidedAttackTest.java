// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client whose key is pinned sends halves of requests to one party alone, as many as it takes in
 * all and more, to be kept for as long as may be asked for. By the settings that nobody has touched
 * it gets its share, and others are served beside it.
 */
@Timeout(180)
class OneSidedAttackTest {
  private static final long SEED = 12;
  private static final long LONGEST_MS = PartyLimits.MAX_TIMEOUT_MS;
  private static final int ROUNDS = 4;

  /** The bystander's session, and the one before it as it ends. */
  private static final int OTHERS = 2;

  private final Deployment deployment = new Deployment(SEED);
  private final Bystander bystander = new Bystander(deployment.network, deployment.client, SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);

  @BeforeEach
  void settle() {
    bystander.awaitAnswers(2);
  }

  @AfterEach
  void close() throws InterruptedException {
    bystander.assertUntouched();
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
    deployment.close();
  }

  @ParameterizedTest(name = "to party {0}")
  @ValueSource(ints = {0, 1})
  void shouldServeOthersWhileOneClientSendsHalvesAlone(int partyId) {
    PartyNode party = partyId == 0 ? deployment.party0 : deployment.party1;
    PartyCounters counters = party.counters();
    RuntimeSettings settings = Deployment.runtime(deployment.identities.party(partyId));
    PartyLimits limits = settings.limits();
    int all = (settings.maxSessions() + limits.maxQueued()) * (1 + partyId);
    int share = limits.clientSessions(settings.maxSessions()) * (1 + partyId);
    assertTrue(2 * share <= all);
    try (Liar liar = new Liar(deployment, deployment.identities.otherClient().security())) {
      Link link = liar.link(partyId);
      long sent = 0;
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < all; i++) {
          Deployment.await("room", () -> link.send(half()) || !link.isOpen());
          sent++;
        }
        long refused = sent - share;
        // What is in excess of its share, for the time that the share is held: longer than this.
        Deployment.await("refusals", () -> counters.refusals(AbortReason.OVERLOADED) >= refused);
        bystander.awaitAnswers(5);
        assertTrue(held(counters) <= share + OTHERS, held(counters) + " of " + share + " are held");
      }
      assertTrue(held(counters) >= share, held(counters) + " of " + share + " are held");
    }
  }

  /** More than its share, of whole requests: it waits and is answered, and so are others. */
  @Test
  void shouldAnswerAllOfAClientThatAsksForMoreThanItsShare() throws Exception {
    RuntimeSettings settings = Deployment.runtime(deployment.identities.party(0));
    int share = settings.limits().clientSessions(settings.maxSessions());
    try (PrivateInferenceClient eager =
        deployment.connect(deployment.identities.otherClient(), deployment.party0.address())) {
      Fixtures.assertPipelined(deployment.network, eager, 3 * share, SEED);
    }
    bystander.awaitAnswers(2);
    assertTrue(deployment.party0.counters().refusals(AbortReason.OVERLOADED) > 0);
  }

  private static int held(PartyCounters counters) {
    return counters.sessionsInFlight() + counters.sessionsQueued();
  }

  private LinkMessage half() {
    return new LinkMessage.InputShare(
        new RequestId(random.nextLong(), random.nextLong()),
        LONGEST_MS,
        new int[deployment.network.plan().inputWordCount()]);
  }
}
