// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.EpochSalt;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;

/** One party alone, whose dealer, peer and client say what the test says. */
abstract class PartyFixture {
  static final long ASKED_MS = 600_000;
  static final RequestId ID = new RequestId(1, 2);
  static final RequestId OTHER_ID = new RequestId(3, 4);

  private final SecureRandom random = new SecureRandom();
  final FusedNetwork network = Fixtures.residual(81);
  private final ModelShare[] shares = ModelShares.split(network, random);
  private final CorrelationKey key = CorrelationKey.generate(random);
  final byte[] digest = network.plan().digest();
  final LinkMessage.Hello[] hellos = {
    Hellos.party(0, digest, shares[0].sharingId(), 1),
    Hellos.party(1, digest, shares[1].sharingId(), 1)
  };
  final RecordingLink dealer = new RecordingLink(Hellos.dealer(digest));
  final RecordingLink client = new RecordingLink(Hellos.client(digest));
  final PartyCounters counters = new PartyCounters();
  final LayerRoutes routes = new LayerRoutes();
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  final ActorTestKit kit;
  RecordingLink peer;
  private ActorRef<Party.Command> party;
  private int partyId;

  PartyFixture(ActorTestKit kit) {
    this.kit = kit;
  }

  void spawn(int id) {
    spawn(id, PartyLimits.defaults(), RoleState.inMemory());
  }

  void spawn(int id, PartyLimits limits, RoleState state) {
    partyId = id;
    peer = new RecordingLink(hellos[1 - id]);
    party =
        kit.spawn(
            Party.create(
                new PartySettings(
                    new PartySettings.Identity(shares[id], DealingKey.of(key), hellos[id].nonce()),
                    new PartyCapacity(Precomputation.of(4), 16, limits),
                    new Arithmetic(new OwnThread(), LinearKernels.best()),
                    state,
                    new PartyInbound(
                        routes, new InputGate(1, 1, 1 << 10, () -> 1 << 10, 1, counters)),
                    System::nanoTime,
                    fatal::add,
                    counters,
                    random)));
  }

  void spawnInEpoch(int id, long epoch) {
    spawnInEpoch(id, epoch, PartyLimits.defaults());
  }

  void spawnInEpoch(int id, long epoch, PartyLimits limits) {
    spawn(id, limits, RoleState.inMemory());
    tell(new LinkEvent.Opened(dealer));
    tell(new LinkEvent.Opened(peer));
    tell(new LinkEvent.Opened(client));
    announce(epoch);
    await("the epoch", () -> counters.epochState().equals("running"));
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    assertEquals(List.of(), fatal);
  }

  void tell(LinkEvent event) {
    party.tell(new Party.OnLink(event));
  }

  void announce(long epoch) {
    byte[] nonce = dealer.peerHello().nonce();
    byte[] salt =
        EpochSalt.of(partyId, epoch, nonce, hellos[0].nonce(), hellos[1].nonce(), new byte[0]);
    byte[] confirmation = KeyedRandom.derive(key, salt).confirmation();
    tell(
        new LinkEvent.Received(
            dealer,
            new LinkMessage.EpochStart(
                epoch, nonce, hellos[0].nonce(), hellos[1].nonce(), confirmation)));
  }

  void share(RequestId id) {
    int[] words = new int[network.plan().inputWordCount()];
    tell(new LinkEvent.Received(client, new LinkMessage.InputShare(id, ASKED_MS, words)));
  }

  void open(long epoch, long number, RequestId id) {
    tell(new LinkEvent.Received(peer, new LinkMessage.SessionOpen(epoch, number, id, ASKED_MS)));
  }

  void abort(long epoch, long number, RequestId id) {
    tell(
        new LinkEvent.Received(
            peer, new LinkMessage.RequestAbort(epoch, number, id, AbortReason.INTERNAL, "test")));
  }

  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "no " + what);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  static List<LinkMessage.RequestAbort> abortsOn(RecordingLink link) {
    return link.sent().stream()
        .filter(LinkMessage.RequestAbort.class::isInstance)
        .map(LinkMessage.RequestAbort.class::cast)
        .toList();
  }

  void awaitRequests(String state, int count) {
    await(count + " requests " + state, () -> counters.requests(state) == count);
  }

  private static final class OwnThread implements Compute {
    @Override
    public <T> CompletionStage<T> submit(
        Urgency urgency, Work work, Function<WorkSplitter, T> task) {
      return CompletableFuture.completedFuture(task.apply(WorkSplitter.sequential()));
    }
  }
}
