// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.systemtests.resilience.LossyRelay.Weather;
import io.pascaline.testsupport.Identities;
import io.pascaline.transport.driver.NetworkProfile;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every port of a deployment behind a relay that loses one datagram in a hundred and lets others
 * overtake, in turn with the same relay doing neither. Longer with {@code -Dpascaline.loss=N}
 * seconds of each; figures go to the test's output. The short version takes more turns where others
 * on the same cores make the first few differ.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class LossTest {
  private static final long SEED = Long.getLong("pascaline.seed", 23);
  private static final boolean LONG = Integer.getInteger("pascaline.loss") != null;
  private static final int SECONDS_OF_EACH = Integer.getInteger("pascaline.loss", 4);
  private static final int MAX_SECONDS_OF_EACH = LONG ? SECONDS_OF_EACH : 5 * SECONDS_OF_EACH;
  private static final Weather LOSSY = new Weather(0.01, 0.01);
  private static final double MIN_SHARE = 0.5;
  private static final int TURN_MS = 1_000;
  private static final int IN_FLIGHT = 8;

  /** What an Ethernet carries, since it is datagrams that get lost. */
  private static final int MTU_BYTES = 1_408;

  private final SmallNetwork network = SmallNetwork.of(8, 12);
  private final PrintStream log = System.out;
  private long nextImage = SEED << 32;

  private record Asked(long image, CompletableFuture<int[]> words) {}

  @Test
  void shouldKeepHalfOfItsThroughputWhereDatagramsAreLostAndReordered() throws Exception {
    Map<Member, LossyRelay> relays = new EnumMap<>(Member.class);
    try {
      for (Member member :
          List.of(Member.DEALER, Member.PARTY_0, Member.PARTY_1, Member.CLIENT_A)) {
        relays.put(member, new LossyRelay(SEED + member.ordinal(), 0));
      }
      Identities identities = new Identities();
      NetworkProfile profile = NetworkProfile.usual().withMtuBytes(MTU_BYTES);
      RuntimeSettings runtime =
          RuntimeSettings.builder()
              .computeThreads(1)
              .precomputedCorrelations(8)
              .maxSessions(16)
              .connectTimeoutMs(60_000)
              .limits(PartyLimits.defaults().forOnlyClient())
              .build();
      try (InProcess deployment =
          InProcess.start(
              network,
              member ->
                  runtime.toBuilder()
                      .links(
                          LinkSettings.builder(member.security(identities))
                              .profile(profile)
                              .build())
                      .build(),
              member -> InProcess.Door.behind(relays.get(member)))) {
        deployment
            .client()
            .ready(1, Duration.ofSeconds(60))
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
        compare(deployment, relays);
      }
    } finally {
      for (LossyRelay relay : relays.values()) {
        relay.close();
      }
    }
  }

  private void compare(InProcess deployment, Map<Member, LossyRelay> relays) throws Exception {
    List<String> faults = new ArrayList<>();
    turn(deployment, relays, Weather.CALM, faults); // Warms up.
    List<Double> calm = new ArrayList<>();
    List<Double> lossy = new ArrayList<>();
    double calmRate = 0;
    double lossyRate = 0;
    while (calm.size() * TURN_MS < SECONDS_OF_EACH * 1_000
        || (lossyRate < MIN_SHARE * calmRate
            && calm.size() * TURN_MS < MAX_SECONDS_OF_EACH * 1_000)) {
      calm.add(turn(deployment, relays, Weather.CALM, faults));
      lossy.add(turn(deployment, relays, LOSSY, faults));
      calmRate = average(calm);
      lossyRate = average(lossy);
    }
    long lost = relays.values().stream().mapToLong(LossyRelay::lost).sum();
    long overtaken = relays.values().stream().mapToLong(LossyRelay::overtaken).sum();
    log.printf(
        "seed %d: %.1f inferences/s calm %s, %.1f lossy %s: %.0f %%; %d datagrams passed, %d lost,"
            + " %d overtaken%n",
        SEED,
        calmRate,
        calm,
        lossyRate,
        lossy,
        100 * lossyRate / calmRate,
        relays.values().stream().mapToLong(LossyRelay::passed).sum(),
        lost,
        overtaken);
    assertEquals(List.of(), faults, "seed " + SEED);
    assertTrue(lost > 0 && overtaken > 0, "seed " + SEED);
    assertTrue(
        lossyRate >= MIN_SHARE * calmRate,
        "seed " + SEED + ": " + lossyRate + " of " + calmRate + " inferences/s");
  }

  private static double average(List<Double> rates) {
    return rates.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** Inferences per second in one turn; nothing is left over from it. */
  private double turn(
      InProcess deployment, Map<Member, LossyRelay> relays, Weather weather, List<String> faults)
      throws Exception {
    relays.values().forEach(relay -> relay.weather(weather));
    ArrayDeque<Asked> asked = new ArrayDeque<>();
    long startNs = System.nanoTime();
    long endNs = startNs + TimeUnit.MILLISECONDS.toNanos(TURN_MS);
    int count = 0;
    while (System.nanoTime() < endNs || !asked.isEmpty()) {
      while (asked.size() < IN_FLIGHT && System.nanoTime() < endNs) {
        long image = nextImage++;
        asked.add(
            new Asked(
                image,
                deployment
                    .client()
                    .infer(network.image(image))
                    .thenApply(result -> result.logitWords())
                    .toCompletableFuture()));
      }
      Asked oldest = asked.poll();
      String fault = network.faultOf(oldest.image(), oldest.words().get(60, TimeUnit.SECONDS));
      if (fault != null) {
        faults.add(fault);
      }
      count++;
    }
    return count * 1e9 / (System.nanoTime() - startNs);
  }
}
