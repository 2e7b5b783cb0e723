// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.testsupport.Identities;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import javax.management.JMException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deployment in this process, sealed and audited, at 80 % of what it can do. In regular
 * intervals, each of enough sessions to show a leak, the load stops and what is left is counted:
 * sessions must be none, memory, threads and files no more than before. Longer with {@code
 * -Dpascaline.soak=SECONDS}; figures go to the test's output.
 *
 * <p>What is left is noisy while the JVM warms up, so there are three outcomes: a leak of the least
 * size is ruled out; or at least half of one is certain; or neither. A long run has to rule leaks
 * out. A short one, which may get few sessions done where cores are shared, fails on what is
 * certain.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class SoakTest {
  private static final int LONG_S = 600;
  private static final int SECONDS = Integer.getInteger("pascaline.soak", 20);
  private static final int SAMPLES = Math.max(12, Math.min(60, SECONDS / 20));

  /** Where the first samples still see the JVM warm up, or noise, further ones decide. */
  private static final int MAX_SAMPLES = 2 * SAMPLES;

  /** With fewer sessions, a leak would be smaller than the noise. */
  private static final int MIN_SAMPLE_SESSIONS = 100;

  /** How much longer than its interval a sample may take for its sessions. */
  private static final long SAMPLE_SLACK_S = 60;

  private static final int WARM_UP_S = Math.max(6, Math.min(60, SECONDS / 10));
  private static final int CAPACITY_S = Math.max(2, Math.min(20, SECONDS / 10));
  private static final double SHARE_OF_CAPACITY = 0.8;
  private static final int IN_FLIGHT = 8;

  /** More would be refused; an open loop that gets so far behind waits. */
  private static final int MAX_WAITING = 64;

  private static final int ARRAY_HEADER_BYTES = 16;

  private static final long DRAIN_TIMEOUT_S = 30;

  @TempDir private Path folder;

  private final SmallNetwork network = SmallNetwork.of(4, 24);
  private final PrintStream log = System.out;
  private final AtomicLong answers = new AtomicLong();
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private long nextImage;

  /** What is left when nothing is in flight. */
  private record Left(
      long sessions, long heapBytes, long directBytes, long mappedBytes, int threads, long files) {}

  /**
   * How something grows with the sessions.
   *
   * @param leak what each session would leave behind, at the least
   */
  private record Measured(String what, Growth growth, double leak) {
    static Measured of(String what, List<Left> left, ToDoubleFunction<Left> value, double leak) {
      return new Measured(
          what,
          Growth.of(
              left.stream().mapToDouble(Left::sessions).toArray(),
              left.stream().mapToDouble(value).toArray()),
          leak);
    }

    @Override
    public String toString() {
      return String.format(
          "%s per session: %.4f, at least %.4f, at most %.4f; a leak is %.4f",
          what, growth.slope(), growth.atLeast(), growth.atMost(), leak);
    }
  }

  @Test
  void shouldKeepNothingOfSessionsThatAreOver() throws Exception {
    Identities identities = new Identities();
    RuntimeSettings runtime =
        RuntimeSettings.builder()
            .computeThreads(1)
            .precomputedCorrelations(8)
            .maxSessions(16)
            .connectTimeoutMs(60_000)
            .limits(PartyLimits.defaults().forOnlyClient())
            .build();
    List<Left> left = new ArrayList<>();
    try (InProcess deployment =
        InProcess.start(
            network,
            member ->
                runtime.toBuilder()
                    .links(LinkSettings.of(member.security(identities)))
                    .state(
                        member.isClient()
                            ? StateSettings.inMemory()
                            : new StateSettings(folder.resolve(member.fileName()), true))
                    .build(),
            member -> InProcess.Door.OPEN)) {
      deployment
          .client()
          .ready(1, Duration.ofSeconds(60))
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      atFullSpeed(deployment, WARM_UP_S);
      double capacity = atFullSpeed(deployment, CAPACITY_S);
      double rate = SHARE_OF_CAPACITY * capacity;
      long intervalNs = TimeUnit.SECONDS.toNanos(SECONDS) / SAMPLES;
      atRate(deployment, rate, intervalNs);
      for (int i = 0; i < SAMPLES || (i < MAX_SAMPLES && !mayGrow(left).isEmpty()); i++) {
        atRate(deployment, rate, intervalNs);
        left.add(left(deployment));
      }
      log.printf("capacity %.0f/s, soaked at %.0f/s%n", capacity, rate);
    }
    assertEquals(List.of(), faults);
    left.forEach(log::println);
    growth(left).forEach(log::println);
    assertEquals(List.of(), growsForCertain(left));
    if (SECONDS >= LONG_S) {
      assertEquals(List.of(), mayGrow(left));
    }
    AuditCheck.Findings audit =
        AuditCheck.ofDirectories(
            Member.SERVING.stream().map(m -> folder.resolve(m.fileName())).toList());
    assertEquals(List.of(), audit.violations());
    assertTrue(audit.opened() > answers.get());
  }

  /** Asks as fast as answers come; inferences per second. */
  private double atFullSpeed(InProcess deployment, int seconds) throws Exception {
    long before = answers.get();
    long startNs = System.nanoTime();
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    while (System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(seconds)) {
      inFlight.acquire();
      ask(deployment, inFlight);
    }
    assertTrue(inFlight.tryAcquire(IN_FLIGHT, DRAIN_TIMEOUT_S, TimeUnit.SECONDS));
    return (answers.get() - before) * 1e9 / (System.nanoTime() - startNs);
  }

  /**
   * Sends requests in equal intervals, whatever is answered, and then waits for the last answer. If
   * the time is too short for enough sessions, it continues for longer.
   */
  private void atRate(InProcess deployment, double rate, long durationNs) throws Exception {
    long startNs = System.nanoTime();
    long deadlineNs = startNs + durationNs + TimeUnit.SECONDS.toNanos(SAMPLE_SLACK_S);
    long count = Math.max(MIN_SAMPLE_SESSIONS, (long) (rate * durationNs / 1e9));
    for (long i = 0; i < count; i++) {
      long dueNs = startNs + (long) (i * 1e9 / rate);
      for (long aheadNs = dueNs - System.nanoTime();
          aheadNs > 0;
          aheadNs = dueNs - System.nanoTime()) {
        LockSupport.parkNanos(aheadNs);
      }
      assertTrue(
          waiting.tryAcquire(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS)
              && System.nanoTime() < deadlineNs,
          i + " of " + count + " sessions in the time of a sample, at " + rate + " per second");
      ask(deployment, waiting);
    }
    assertTrue(waiting.tryAcquire(MAX_WAITING, DRAIN_TIMEOUT_S, TimeUnit.SECONDS));
    waiting.release(MAX_WAITING);
  }

  private void ask(InProcess deployment, Semaphore place) {
    long image = nextImage++;
    deployment
        .client()
        .infer(network.image(image))
        .whenComplete(
            (result, failed) -> {
              answers.incrementAndGet();
              String fault =
                  failed == null
                      ? network.faultOf(image, result.logitWords())
                      : String.valueOf(failed);
              if (fault != null) {
                faults.add(fault);
              }
              place.release();
            });
  }

  private Left left(InProcess deployment) throws InterruptedException {
    for (int partyId = 0; partyId < 2; partyId++) {
      PartyCounters counters = deployment.party(partyId).counters();
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_TIMEOUT_S);
      while (counters.sessionsInFlight() + counters.sessionsQueued() > 0
          && System.nanoTime() < deadlineNs) {
        new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
      }
      assertEquals(0, counters.sessionsInFlight(), "in flight at party " + partyId);
      assertEquals(0, counters.sessionsQueued(), "queued at party " + partyId);
    }
    System.gc();
    Map<String, Long> buffers = new TreeMap<>();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      buffers.put(pool.getName(), pool.getMemoryUsed());
    }
    return new Left(
        answers.get(),
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        buffers.get("direct"),
        buffers.get("mapped"),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        openFiles());
  }

  /** By name: only the JDK's own interface has it, and not on every system. */
  private static long openFiles() {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  ManagementFactory.getOperatingSystemMXBean().getObjectName(),
                  "OpenFileDescriptorCount");
    } catch (JMException none) {
      return 0;
    }
  }

  /** Returns what the latest samples do not rule out to grow. */
  private List<Measured> mayGrow(List<Left> left) {
    return growth(left).stream()
        .filter(measured -> measured.growth().atMost() >= measured.leak())
        .toList();
  }

  /** Returns what grows, whatever the noise. */
  private List<Measured> growsForCertain(List<Left> left) {
    return growth(left).stream()
        .filter(measured -> measured.growth().atLeast() >= measured.leak() / 2)
        .toList();
  }

  private List<Measured> growth(List<Left> left) {
    List<Left> latest = left.subList(left.size() - SAMPLES, left.size());
    int leakedBytes =
        ARRAY_HEADER_BYTES + Integer.BYTES * (SECONDS >= LONG_S ? smallestWords() : inputWords());
    // Pools may still settle; one more at every look would be a leak.
    double sessions = latest.get(SAMPLES - 1).sessions() - latest.get(0).sessions();
    double onePerLook = (SAMPLES - 1) / sessions;
    return List.of(
        Measured.of("heap bytes", latest, Left::heapBytes, leakedBytes),
        Measured.of("direct bytes", latest, Left::directBytes, leakedBytes),
        Measured.of("mapped bytes", latest, Left::mappedBytes, leakedBytes),
        Measured.of("threads", latest, Left::threads, onePerLook),
        Measured.of("files", latest, Left::files, onePerLook));
  }

  /**
   * Returns what a session that is kept keeps at the least: its input. Some dozens of sessions show
   * it.
   */
  private int inputWords() {
    return network.network().plan().inputShape().elementCount();
  }

  /**
   * Returns the smallest array that a session could leave behind. Some ten thousand sessions show
   * it.
   */
  private int smallestWords() {
    return network.network().plan().layers().stream()
        .map(PlanLayer::outputShape)
        .mapToInt(Shape::elementCount)
        .min()
        .orElseThrow();
  }
}
