// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewayCounters;
import io.pascaline.gateway.GatewayCounters.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Registers what a gateway counts, under names that begin with {@code pascaline.gateway}; see
 * {@code docs/metrics.md}. All meters are registered at once, so that none appears with the
 * traffic.
 */
public final class GatewayMeters {
  /** What a gateway answers with. */
  private static final List<Integer> STATUSES =
      List.of(
          200, 204, 400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 421, 424, 429, 500, 502, 503,
          504);

  private static final Duration[] BUCKETS =
      Arrays.stream(
              new long[] {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000})
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private GatewayMeters() {}

  /**
   * A gateway's requests by status, those in flight, its connections, and how long answers take.
   *
   * @param registry where to
   * @param role whose gateway it is, such as {@code party0}
   * @param gateway the gateway
   */
  public static void bindGateway(MeterRegistry registry, String role, Gateway gateway) {
    Tags tags = Tags.of("role", role);
    GatewayCounters counters = gateway.counters();
    Map<Kind, Timer> timers = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      Tags ofKind = tags.and("kind", kind.name().toLowerCase(Locale.ROOT));
      for (int status : STATUSES) {
        FunctionCounter.builder(
                "pascaline.gateway.requests", counters, from -> from.answered(kind, status))
            .description("HTTP requests that were answered, by status")
            .tags(ofKind.and("status", Integer.toString(status)))
            .register(registry);
      }
      timers.put(
          kind,
          Timer.builder("pascaline.gateway.request")
              .description("from the head of an HTTP request to its answer")
              .tags(ofKind)
              .serviceLevelObjectives(BUCKETS)
              .register(registry));
    }
    counters.listen(
        (kind, durationNs) -> timers.get(kind).record(durationNs, TimeUnit.NANOSECONDS));
    Gauge.builder("pascaline.gateway.requests.inflight", counters, GatewayCounters::inFlight)
        .description("HTTP requests that are being answered")
        .tags(tags)
        .strongReference(true)
        .register(registry);
    Gauge.builder("pascaline.gateway.connections.open", gateway, Gateway::connectionCount)
        .description("connections of clients")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }
}
