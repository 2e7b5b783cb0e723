// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.pascaline.actors.metrics.Latencies;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Latencies as histograms, made beforehand, so that measuring looks nothing up by name. */
final class TimerLatencies implements Latencies {
  private static final Duration[] BUCKETS =
      Arrays.stream(
              new long[] {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000})
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final Map<Phase, Timer> phases = new EnumMap<>(Phase.class);
  private final Timer[] layers;

  TimerLatencies(MeterRegistry registry, Tags role, int layerCount, Phase... own) {
    for (Phase phase : own) {
      phases.put(
          phase,
          Timer.builder("pascaline.phase")
              .description("duration of a phase of an inference")
              .tags(role.and("phase", Meters.word(phase)))
              .serviceLevelObjectives(BUCKETS)
              .register(registry));
    }
    layers = new Timer[layerCount];
    for (int layer = 0; layer < layerCount; layer++) {
      layers[layer] =
          Timer.builder("pascaline.layer")
              .description("from a layer's input share to its output share")
              .tags(role.and("layer", String.valueOf(layer)))
              .serviceLevelObjectives(BUCKETS)
              .register(registry);
    }
  }

  @Override
  public void phase(Phase phase, long durationNs) {
    Timer timer = phases.get(phase);
    if (timer != null) {
      timer.record(Duration.ofNanos(durationNs));
    }
  }

  @Override
  public void layer(int layer, long durationNs) {
    if (layer < layers.length) {
      layers[layer].record(Duration.ofNanos(durationNs));
    }
  }
}
