// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links of a gateway's clients, at a party that says nothing. */
@Timeout(60)
class ClientLinksTest {
  private static final int RACES = 2_000;
  private static final int SIDE = 6;

  private final SplittableRandom random = new SplittableRandom(5);
  private final NetworkPlan plan =
      SmallNetworks.residual(
              random,
              3,
              SIDE,
              () ->
                  List.of(
                      SmallNetworks.image(SmallNetworks.inputShape(SIDE).elementCount(), random)))
          .plan();
  private final SilentParty party = new SilentParty();
  private final ClientLinks links = new ClientLinks(plan.digest());

  /** Notes what it hears of one link, in order. */
  private static final class SilentParty implements LinkListener {
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onOpened(Link link) {
      heard.add("opened");
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      heard.add("message");
    }

    @Override
    public void onClosed(Link link, String reason) {
      heard.add("closed");
    }
  }

  private static CompletionStage<LinkMessage> ask(ClientLink link, long id) {
    return link.ask(new LinkMessage.InputShare(new RequestId(id, id), 1_000, new int[1]));
  }

  private static Refusal refusal(CompletionStage<?> asked) {
    ExecutionException failed =
        assertThrows(
            ExecutionException.class, () -> asked.toCompletableFuture().get(20, TimeUnit.SECONDS));
    return assertInstanceOf(Refusal.class, failed.getCause());
  }

  @Test
  void shouldOpenAnotherLinkOnceThePartyHasClosedOne() {
    ClientLink first = links.of(party, "alice");
    assertSame(first, links.of(party, "alice"));
    CompletionStage<LinkMessage> asked = ask(first, 1);

    first.close();

    assertEquals(503, refusal(asked).problem().status());
    assertEquals(503, refusal(ask(first, 2)).problem().status());
    ClientLink second = links.of(party, "alice");
    assertNotSame(first, second);
    assertTrue(second.isOpen());
    assertFalse(ask(second, 3).toCompletableFuture().isDone());
    assertEquals(List.of("opened", "message", "closed", "opened", "message"), party.heard);
  }

  @Test
  void shouldEndTheRequestsOfAClientWhoseTokenIsNoMore() {
    CompletionStage<LinkMessage> ofAlice = ask(links.of(party, "alice"), 1);
    CompletionStage<LinkMessage> ofBob = ask(links.of(party, "bob"), 2);

    links.retain(Set.of("bob"), Set.of(party));

    assertEquals("token-expired", refusal(ofAlice).problem().code());
    assertFalse(ofBob.toCompletableFuture().isDone());
  }

  /** A share that came to the party after the end of its link would hold a place for nobody. */
  @Test
  void shouldTellThePartyNothingAfterTheEndOfALink() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      for (int race = 0; race < RACES; race++) {
        party.heard.clear();
        ClientLink link = links.of(party, "client " + race);
        long id = race;
        Future<CompletionStage<LinkMessage>> asking = thread.submit(() -> ask(link, id));
        links.retain(Set.of(), Set.of(party));
        CompletableFuture<LinkMessage> asked =
            asking.get(20, TimeUnit.SECONDS).toCompletableFuture();

        refusal(asked);
        assertEquals("closed", party.heard.get(party.heard.size() - 1), party.heard.toString());
      }
    } finally {
      thread.shutdownNow();
    }
  }
}
