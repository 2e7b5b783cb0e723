// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.CorrelationBudget;
import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.metrics.LatencyTap;
import io.pascaline.actors.metrics.LayerMeter;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.CorrectionStore;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.KnownShares;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One layer alone, with a store whose disk does what the test says. */
class ProtocolLayerTest {
  private static final int AHEAD = 2;
  private static final int MAX_BATCH = 3;
  private static final long EPOCH = 6;

  private final FusedNetwork network = Fixtures.residual(71);
  private final ModelShare model = ModelShares.split(network, new SecureRandom())[0];
  private final FunctionLayer layer =
      (FunctionLayer)
          network.plan().layers().stream()
              .filter(FunctionLayer.class::isInstance)
              .findFirst()
              .orElseThrow();
  private final KeyedRandom random =
      KeyedRandom.derive(CorrelationKey.generate(new SecureRandom()), new byte[8]);
  private final PartyStep step = layer.partyStep(0, CorrectionReceiver.ALTERNATING, EPOCH, random);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<LayerReport> reports = kit.createTestProbe();
  private final List<LayerReport> seen = new ArrayList<>();
  private final SlowStore store = new SlowStore();
  private final ActorRef<Layer.Command> actor = kit.spawn(Layer.create(epoch(), layer, readers()));

  private Layer.Readers readers() {
    return new Layer.Readers(network.plan().knownShares(), List.of(), List.of());
  }

  private PartyEpoch epoch() {
    return epoch(model, new DeafLink());
  }

  private PartyEpoch epoch(ModelShare model, Link peer) {
    return new PartyEpoch(
        EPOCH,
        random,
        model,
        new Arithmetic(new OwnThread(), LinearKernels.best()),
        new PartyEpoch.Numbers(new AtomicLong(Long.MAX_VALUE), () -> 0, MAX_BATCH),
        new PartyEpoch.Correlations(Precomputation.of(AHEAD), CorrelationBudget.unlimited(), store),
        new PartyEpoch.Links(peer, new DeafLink()),
        new PartyEpoch.Observers(
            AuditLog.off(),
            new LongAdder(),
            new LayerMeter(System::nanoTime, new LatencyTap(), new LongAdder()),
            reports.getRef()));
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  private boolean isCorrected(long number) {
    return step.receivesCorrection(new SessionId(EPOCH, number));
  }

  private void correct(long number) {
    actor.tell(new Layer.Corrected(number, new int[step.correctionWordCount()]));
  }

  /** Takes in what the layer reports until a report that a test waits for. */
  private void await(Predicate<LayerReport> awaited) {
    LayerReport report;
    do {
      report = reports.receiveMessage(Duration.ofSeconds(20));
      seen.add(report);
    } while (!awaited.test(report));
  }

  private void awaitPrepared(long number) {
    await(report -> report instanceof LayerReport.Prepared each && each.imageNumber() == number);
  }

  /** Waits until the layer has done what it was told: it says so of a message that it ignores. */
  private void awaitDone() {
    correct(-5);
    await(LayerReport.Ignored.class::isInstance);
  }

  /** Ends every session before a number, so that the layer's window reaches that number. */
  private void endBefore(long end) {
    for (long number = 0; number < end; number++) {
      if (isCorrected(number)) {
        correct(number);
      }
      awaitPrepared(number);
      actor.tell(new Layer.Abandon(number, 1));
    }
  }

  private void assertReported(long number, int prepared, int stored, int failed) {
    assertEquals(
        List.of((long) prepared, (long) stored, (long) failed),
        List.of(
            count(report -> report instanceof LayerReport.Prepared p && p.imageNumber() == number),
            count(report -> report instanceof LayerReport.Stored s && s.imageNumber() == number),
            count(report -> report instanceof LayerReport.Failed f && f.imageNumber() == number)));
  }

  private long count(Predicate<LayerReport> which) {
    return seen.stream().filter(which).count();
  }

  /** The number is wanted from the disk before the disk has said that it could not take it. */
  @Test
  void shouldUseACorrectionThatCouldNeitherBePutAwayNorTakenOut() {
    long number = isCorrected(AHEAD) ? AHEAD : AHEAD + 1;
    assertTrue(isCorrected(number));
    correct(number);
    endBefore(number - AHEAD + 1);
    store.awaitTake(number);
    store.puts.get(number).completeExceptionally(new StateException("the disk is full"));
    store.takes.get(number).completeExceptionally(new StateException("nothing there"));
    awaitPrepared(number);
    awaitDone();
    assertReported(number, 1, 1, 0);
  }

  /** The dealer deals twice what is on its way back from the disk. */
  @Test
  void shouldCountACorrectionOnceThatComesAgainWhileItIsTakenOut() {
    long number = isCorrected(AHEAD) ? AHEAD : AHEAD + 1;
    correct(number);
    endBefore(number - AHEAD + 1);
    store.awaitTake(number);
    store.puts.get(number).complete(null);
    correct(number);
    awaitDone();
    store.takes.get(number).complete(new int[step.correctionWordCount()]);
    awaitPrepared(number);
    awaitDone();
    assertReported(number, 1, 1, 0);
  }

  /** The wire carries longer openings than the parties take in a session. */
  @Test
  void shouldFailASessionWhoseOpeningIsOfTooManyImages() {
    int imageWords = step.receivedWordCount(0);
    actor.tell(new Layer.Opened(0, 0, new int[MAX_BATCH * imageWords]));
    awaitDone();
    assertEquals(0, count(LayerReport.Failed.class::isInstance));
    actor.tell(new Layer.Opened(MAX_BATCH, 0, new int[(MAX_BATCH + 1) * imageWords]));
    await(LayerReport.Failed.class::isInstance);
    assertEquals(
        1, count(report -> report instanceof LayerReport.Failed f && f.imageNumber() == MAX_BATCH));
  }

  /** What waits for the weights is bounded by the same number. */
  @Test
  void shouldKeepNoOpeningOfTooManyImagesBeforeTheWeights() {
    WeightedLayer weighted =
        (WeightedLayer)
            network.plan().layers().stream()
                .filter(WeightedLayer.class::isInstance)
                .findFirst()
                .orElseThrow();
    int imageWords = weighted.roundWordCount(1);
    ActorRef<Layer.Command> setup = kit.spawn(Layer.create(epoch(), weighted, readers()));
    setup.tell(new Layer.Opened(0, 0, new int[MAX_BATCH * imageWords]));
    setup.tell(new Layer.Opened(MAX_BATCH, 0, new int[(MAX_BATCH + 1) * imageWords]));
    await(LayerReport.Ignored.class::isInstance);
    assertEquals(1, count(LayerReport.Ignored.class::isInstance));
  }

  /** A full link costs time and not the epoch. */
  @Test
  void shouldGrantPartyOneCreditAsSoonAsTheLinkTakesIt() throws Exception {
    FusedNetwork owned = network.with(Visibility.OWNED);
    KnownShares known = owned.plan().knownShares();
    FunctionLayer early =
        (FunctionLayer)
            owned.plan().layers().stream()
                .filter(FunctionLayer.class::isInstance)
                .filter(each -> known.opensInAdvance(each.id()))
                .findFirst()
                .orElseThrow();
    FullLink peer = new FullLink();
    ModelShare share = ModelShares.split(owned, new SecureRandom())[0];
    ActorRef<Layer.Command> granting =
        kit.spawn(
            Layer.create(
                epoch(share, peer), early, new Layer.Readers(known, List.of(), List.of())));

    LinkMessage.Credit credit = (LinkMessage.Credit) peer.taken.poll(20, TimeUnit.SECONDS);

    assertEquals(early.id(), credit.layer());
    assertEquals(
        AHEAD * owned.plan().costs().layers().get(early.id()).advanceBytes(),
        credit.grantedBytesTotal());
    granting.tell(new Layer.Corrected(-5, new int[1]));
    await(LayerReport.Ignored.class::isInstance);
    assertEquals(0, count(LayerReport.EpochFailed.class::isInstance));
    assertEquals(0, peer.taken.size());
  }

  private static final class OwnThread implements Compute {
    @Override
    public <T> CompletionStage<T> submit(
        Urgency urgency, Work work, Function<WorkSplitter, T> task) {
      return CompletableFuture.completedFuture(task.apply(WorkSplitter.sequential()));
    }
  }

  private static final class SlowStore implements CorrectionStore {
    private final Map<Long, CompletableFuture<Void>> puts = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<int[]>> takes = new ConcurrentHashMap<>();

    void awaitTake(long number) {
      long deadlineNs = System.nanoTime() + 20_000_000_000L;
      while (!takes.containsKey(number)) {
        assertTrue(System.nanoTime() < deadlineNs, "never taken out");
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
      }
    }

    @Override
    public int sessionsAhead(long bytesOfTwoSessions) {
      return 4;
    }

    @Override
    public long expiryMs() {
      return 0;
    }

    @Override
    public void begin(long epoch, byte[] key) {}

    @Override
    public CompletionStage<Void> put(long epoch, int layerId, long number, int[] words) {
      return puts.computeIfAbsent(number, key -> new CompletableFuture<>());
    }

    @Override
    public CompletionStage<int[]> take(long epoch, int layerId, long number) {
      return takes.computeIfAbsent(number, key -> new CompletableFuture<>());
    }

    @Override
    public void close() {}
  }

  /** Takes nothing at first. */
  private static final class FullLink extends DeafLink {
    private final AtomicLong refusals = new AtomicLong(3);
    private final BlockingQueue<LinkMessage> taken = new LinkedBlockingQueue<>();

    @Override
    public boolean send(LinkMessage message) {
      return refusals.getAndDecrement() <= 0 && taken.add(message);
    }
  }

  private static class DeafLink implements Link {
    private final List<LinkMessage> sent = new ArrayList<>();

    @Override
    public String peerName() {
      return "test";
    }

    @Override
    public LinkMessage.Hello peerHello() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean send(LinkMessage message) {
      return sent.add(message);
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public LinkCounters counters() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
