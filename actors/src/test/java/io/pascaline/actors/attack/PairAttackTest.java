// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PartyClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.ServerNode;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.PairIdentities;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registered client that is party 1 and does what it likes; another one is served meanwhile. */
@Timeout(180)
class PairAttackTest {
  private static final long SEED = 13;
  private static final int SCALE = Integer.getInteger("pascaline.attack.scale", 1);
  private static final int MESSAGES = 300 * SCALE;

  /** What {@link Deployment#runtime} sets. */
  private static final int MAX_SESSIONS = 16;

  /** The default. */
  private static final int MAX_BATCH = 8;

  private final PairIdentities identities = new PairIdentities(2);
  private final FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
  private final NetworkPlan plan = network.plan();
  private final CorrelationKey key = CorrelationKey.generate(new SecureRandom());
  private final DealerNode dealer =
      DealerNode.startForServer(
          plan, key, Deployment.ANY_PORT, Deployment.runtime(links(identities.dealer())), 0);
  private final ServerNode server =
      ServerNode.start(
          ModelShares.split(network, new SecureRandom())[0],
          key,
          Deployment.ANY_PORT,
          dealer.address(),
          Deployment.runtime(links(identities.server())),
          0);
  private final PartyClient honest =
      PrivateInferenceClient.asParty(plan)
          .listen(Deployment.ANY_PORT)
          .server(server.address(), null)
          .dealer(dealer.address(), null)
          .runtime(Deployment.runtime(links(identities.client(0))))
          .requestTimeout(Duration.ofSeconds(60))
          .retry(RetryPolicy.never())
          .connect();
  private final Bystander bystander = new Bystander(network, honest, SEED);

  private static LinkSettings links(LinkSecurity security) {
    return LinkSettings.of(security);
  }

  @BeforeEach
  void settle() {
    bystander.awaitAnswers(2);
  }

  @AfterEach
  void close() throws InterruptedException {
    bystander.awaitAnswers(2);
    bystander.assertUntouched();
    assertEquals(1, honest.counters().epochs());
    assertTrue(
        Stream.of(dealer.failure(), server.failure(), honest.failure())
            .noneMatch(failure -> failure.toCompletableFuture().isDone()));
    honest.close();
    server.close();
    dealer.close();
  }

  /** A node that is party 1 by its key, on whose links the test says what it wants. */
  private final class Insider implements LinkListener, AutoCloseable {
    private final AtomicReference<Link> toServer = new AtomicReference<>();
    private final AtomicReference<Link> toDealer = new AtomicReference<>();
    private final AtomicReference<LinkMessage.EpochStart> epoch = new AtomicReference<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger aborts = new AtomicInteger();
    private final AtomicReference<LinkMessage.RequestAbort> epochEnd = new AtomicReference<>();
    private final AtomicInteger epochs = new AtomicInteger();
    private final TransportNode node;

    Insider() {
      node =
          TransportNode.launch(
              new TransportContext()
                  .hello(Hellos.party(1, plan.digest(), new byte[LinkMessage.SHARING_ID_BYTES], 1))
                  .listen(Deployment.ANY_PORT)
                  .security(identities.client(1))
                  .maxQueuedBytes(64L << 20)
                  .listener(this));
      node.connect(dealer.address(), "dealer");
      node.connect(server.address(), "party 0");
    }

    /** Returns the open link to a role; a link that was lost comes back. */
    Link link(AtomicReference<Link> to) {
      Deployment.await("a link", () -> to.get() != null && to.get().isOpen());
      return to.get();
    }

    @Override
    public void onOpened(Link link) {
      (link.peerHello().role() == Role.DEALER ? toDealer : toServer).set(link);
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      if (message instanceof LinkMessage.EpochStart start) {
        epoch.set(start);
        epochs.incrementAndGet();
      } else if (message instanceof LinkMessage.RequestAbort abort) {
        if (abort.number() == LinkMessage.NO_SESSION) {
          epochEnd.set(abort);
        } else {
          aborts.incrementAndGet();
        }
      }
    }

    @Override
    public void onClosed(Link link, String reason) {
      closed.incrementAndGet();
    }

    @Override
    public void close() {
      node.close();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldHarmNobodyWithMessagesOfAnyKind(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HostileMessages messages = new HostileMessages(plan, random);
    try (Insider insider = new Insider()) {
      for (int i = 0; i < MESSAGES; i++) {
        boolean atDealer = random.nextBoolean();
        Link link = insider.link(atDealer ? insider.toDealer : insider.toServer);
        LinkMessage message = messages.next();
        Deployment.await("room", () -> link.send(message) || !link.isOpen());
      }
      Deployment.await("closed links", () -> insider.closed.get() > 0);
    }
  }

  /**
   * Numbers in turn, in its own epoch, without an opening: each holds a slot until its deadline.
   */
  @Test
  void shouldBoundSessionsThatAreNeverUsed() {
    try (Insider insider = new Insider()) {
      Link link = insider.link(insider.toServer);
      Deployment.await("an epoch", () -> insider.epoch.get() != null);
      long epoch = insider.epoch.get().epoch();
      for (int number = 0; number < 40 && link.isOpen(); number++) {
        LinkMessage open =
            new LinkMessage.SessionOpen(epoch, number, new RequestId(1, number), 600_000);
        Deployment.await("room", () -> link.send(open) || !link.isOpen());
      }
      bystander.awaitAnswers(5);
    }
  }

  /** More images than the server takes in a session: each would be abandoned in each layer. */
  @Test
  void shouldCloseTheLinkOfAClientThatOpensTooManyImagesAtOnce() {
    try (Insider insider = new Insider()) {
      Link link = insider.link(insider.toServer);
      Deployment.await("an epoch", () -> insider.epoch.get() != null);
      long epoch = insider.epoch.get().epoch();
      assertTrue(
          link.send(
              new LinkMessage.SessionOpen(
                  epoch, 0, LinkMessage.MAX_BATCH, new RequestId(1, 1), 600_000)));
      Deployment.await("the end of the link", () -> !link.isOpen());
      assertFalse(link.isOpen());
    }
  }

  /**
   * Numbers in turn that the server refuses one by one, with no credit for the dealer: nothing is
   * dealt for them, so each would be kept in each layer. The server reads all of them in time.
   */
  @Test
  void shouldBoundNumbersThatAreRefused() {
    int held = 2 * MAX_SESSIONS + LinkMessage.MAX_BATCH;
    try (Insider insider = new Insider()) {
      Link link = insider.link(insider.toServer);
      Deployment.await("an epoch", () -> insider.epoch.get() != null);
      long epoch = insider.epoch.get().epoch();
      for (int number = 0; number < 2 * held && link.isOpen(); number++) {
        // The id is the same: the first request keeps it, and the others are void.
        LinkMessage open = new LinkMessage.SessionOpen(epoch, number, new RequestId(1, 1), 600_000);
        Deployment.await("room", () -> link.send(open) || !link.isOpen());
        int refused = number;
        Deployment.await("a refusal", () -> insider.aborts.get() >= refused || !link.isOpen());
      }
      Deployment.await("the end of the link", () -> !link.isOpen());
      assertTrue(insider.aborts.get() < held, "refused: " + insider.aborts.get());
      assertEquals(AbortReason.PROTOCOL_VIOLATION, insider.epochEnd.get().reason());
    }
  }

  /**
   * Openings of sessions in turn, of epochs that the dealer has never announced: few enough
   * messages to wait unread, and more words than a client can have for an epoch that it has heard
   * of first.
   */
  @ParameterizedTest(name = "openings of an epoch: {0}")
  @ValueSource(ints = {Integer.MAX_VALUE, 4})
  void shouldBoundOpeningsOfEpochsThatNobodyAnnounced(int perEpoch) {
    int words = 2 * plan.inputWordCount();
    long openings = PartySettings.earlyWordsOfClient(plan, MAX_BATCH) / words + 1;
    long messages = openings + (openings + perEpoch - 1) / perEpoch;
    assertTrue(messages < 2L * MAX_SESSIONS * (2 + plan.steps().size()), "unread: " + messages);
    try (Insider insider = new Insider()) {
      Link link = insider.link(insider.toServer);
      Deployment.await("an epoch", () -> insider.epoch.get() != null);
      long invented = insider.epoch.get().epoch();
      for (int sent = 0; sent < openings && link.isOpen(); sent++) {
        if (sent % perEpoch == 0) {
          invented++;
          LinkMessage open =
              new LinkMessage.SessionOpen(invented, 0, new RequestId(1, sent + 1), 600_000);
          Deployment.await("room", () -> link.send(open) || !link.isOpen());
        }
        LinkMessage tensor = new LinkMessage.MaskedTensor(invented, 0, 0, 0, new int[words]);
        Deployment.await("room", () -> link.send(tensor) || !link.isOpen());
      }
      Deployment.await("the end of the link", () -> !link.isOpen());
      assertFalse(link.isOpen());
    }
  }

  /** Each epoch is a setup on the pool that deals for others too. */
  @Test
  void shouldBoundEpochsThatAClientAsksFor() {
    try (Insider insider = new Insider()) {
      insider.link(insider.toServer);
      Link link = insider.link(insider.toDealer);
      Deployment.await("an epoch", () -> insider.epoch.get() != null);
      long ignored = dealer.counters().ignoredMessages();
      int before = insider.epochs.get();
      long startNs = System.nanoTime();
      LinkMessage ask = new LinkMessage.Failure(FailureCode.NOT_READY, "the epoch was lost");
      for (int i = 0; i < MESSAGES; i++) {
        Deployment.await("room", () -> link.send(ask) || !link.isOpen());
        int asked = i + 1;
        Deployment.await(
            "an answer",
            () ->
                !link.isOpen()
                    || dealer.counters().ignoredMessages() - ignored + insider.epochs.get() - before
                        >= asked);
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs);
      int begun = insider.epochs.get() - before;
      assertTrue(begun <= seconds + 2, begun + " epochs in " + seconds + " s");
    }
  }

  /** What no client that is party 1 sends: its link closes, before anything waits for it. */
  @Test
  void shouldCloseTheLinkOfAClientOutOfTurn() {
    for (LinkMessage hostile :
        new LinkMessage[] {
          new LinkMessage.SessionOpen(1, 5, new RequestId(1, 1), 1_000),
          new LinkMessage.MaskedTensor(1, 0, 0, 0, new int[16]),
          new LinkMessage.MaskedTensor(1, 0, 1, LinkMessage.IN_ADVANCE, new int[16]),
          new LinkMessage.MaskedTensor(1, -1, 1, LinkMessage.IN_ADVANCE, new int[16]),
          new LinkMessage.OutputShare(new RequestId(1, 1), new int[16]),
          new LinkMessage.InputShare(new RequestId(1, 1), 1_000, new int[16]),
          new LinkMessage.EpochStart(1, new byte[16], new byte[16], new byte[16], new byte[16])
        }) {
      try (Insider insider = new Insider()) {
        Link link = insider.link(insider.toServer);
        assertTrue(link.send(hostile));
        Deployment.await("the end of the link", () -> !link.isOpen());
        assertFalse(link.isOpen());
      }
    }
  }

  /** A client grants its dealer credit, and says that it has lost an epoch; nothing else. */
  @Test
  void shouldCloseTheLinkOfAClientThatSendsADealerSomethingElse() {
    for (LinkMessage hostile :
        new LinkMessage[] {
          new LinkMessage.SessionOpen(1, 0, new RequestId(1, 1), 1_000),
          new LinkMessage.MaskedTensor(1, 0, 0, 0, new int[16]),
          new LinkMessage.MaskedTensor(1, 0, 1, LinkMessage.IN_ADVANCE, new int[16]),
          new LinkMessage.Correction(1, 0, 0, new int[16]),
          new LinkMessage.EpochStart(1, new byte[16], new byte[16], new byte[16], new byte[16])
        }) {
      try (Insider insider = new Insider()) {
        Link link = insider.link(insider.toDealer);
        assertTrue(link.send(hostile));
        Deployment.await("the end of the link", () -> !link.isOpen());
        assertFalse(link.isOpen());
      }
    }
  }
}
