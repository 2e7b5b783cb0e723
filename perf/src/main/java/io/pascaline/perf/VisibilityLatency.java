// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import com.sun.management.OperatingSystemMXBean;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.zoo.Zoo;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Prints latency and processor time of an inference of one network with shared, owned and public
 * weights, and their ratios to those with shared ones. The three run in one process and take turns
 * of a few inferences, so that other load affects all three alike. Each turn begins when the
 * correlations of all three are precomputed. The processor time of a turn is therefore that of the
 * online phase of all roles together. On a busy machine, it is more reliable than latency.
 */
public final class VisibilityLatency {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int TURN_INFERENCES = 4;

  /** The number of precomputed correlations that a service keeps. */
  private static final int READY_INFERENCES = 8;

  private static final int CLASSES = 10;
  private static final OperatingSystemMXBean MACHINE =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final double NS_PER_MS = 1e6;

  private VisibilityLatency() {}

  /**
   * Measures the named networks of the zoo, or a small one and ResNet-18 by default.
   *
   * @param arguments names, each followed by the number of measured inferences per visibility
   * @throws Exception if an inference fails
   */
  public static void main(String[] arguments) throws Exception {
    List<String> runs =
        arguments.length > 0 ? List.of(arguments) : List.of("fashion", "400", "resnet18", "80");
    for (int i = 0; i < runs.size(); i += 2) {
      measure(runs.get(i), Integer.parseInt(runs.get(i + 1)) / TURN_INFERENCES);
    }
  }

  private static void measure(String name, int turns) throws Exception {
    NetworkGraph graph = Zoo.build(name, CLASSES, ReplaceRelu.POLY4, 1);
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < 2 * TURN_INFERENCES; i++) {
      inputs.add(Zoo.randomInput(graph, i));
    }
    FusedNetwork network = FusedCompiler.compile(graph, inputs, FusedSettings.standard());
    Map<Visibility, EmbeddedInference> services = new EnumMap<>(Visibility.class);
    try {
      for (Visibility visibility : Visibility.values()) {
        services.put(
            visibility,
            EmbeddedInference.start(network.with(visibility), EmbeddedSettings.defaults()));
      }
      run(services, inputs, turns); // Warms the JVM up.
      print(name, run(services, inputs, turns));
    } finally {
      services.values().forEach(EmbeddedInference::close);
    }
  }

  /** The times of all inferences with one visibility. */
  private static final class Times {
    private final List<Long> latenciesNs = new ArrayList<>();
    private long processorNs;

    /** Returns the mean of all inferences, because the clock of processor time may be coarse. */
    double processorMs() {
      return processorNs / NS_PER_MS / latenciesNs.size();
    }
  }

  private static Map<Visibility, Times> run(
      Map<Visibility, EmbeddedInference> services, List<float[]> inputs, int turns)
      throws Exception {
    Map<Visibility, Times> times = new EnumMap<>(Visibility.class);
    for (int turn = 0; turn < turns; turn++) {
      for (Map.Entry<Visibility, EmbeddedInference> each : services.entrySet()) {
        for (EmbeddedInference service : services.values()) {
          service.ready(READY_INFERENCES, DEADLINE).toCompletableFuture().get();
        }
        turn(each.getValue(), inputs, times.computeIfAbsent(each.getKey(), key -> new Times()));
      }
    }
    return times;
  }

  private static void turn(EmbeddedInference service, List<float[]> inputs, Times times)
      throws Exception {
    long processorNs = MACHINE.getProcessCpuTime();
    for (int i = 0; i < TURN_INFERENCES; i++) {
      long startNs = System.nanoTime();
      service.infer(inputs.get(i), DEADLINE).toCompletableFuture().get();
      times.latenciesNs.add(System.nanoTime() - startNs);
    }
    times.processorNs += MACHINE.getProcessCpuTime() - processorNs;
  }

  private static void print(String network, Map<Visibility, Times> times) {
    System.out.printf("%s, Java %s%n", network, Runtime.version());
    System.out.println("| visibility | p10 | ratio | p50 | ratio | processor time | ratio |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    Times shared = times.get(Visibility.SHARED);
    for (Map.Entry<Visibility, Times> each : times.entrySet()) {
      System.out.printf(
          "| %s%s%s%s |%n",
          each.getKey(),
          cells(quantileMs(each.getValue(), 0.1), quantileMs(shared, 0.1)),
          cells(quantileMs(each.getValue(), 0.5), quantileMs(shared, 0.5)),
          cells(each.getValue().processorMs(), shared.processorMs()));
    }
  }

  private static String cells(double ms, double sharedMs) {
    return String.format(" | %.2f ms | %.2f", ms, ms / sharedMs);
  }

  private static double quantileMs(Times times, double quantile) {
    List<Long> sortedNs = new ArrayList<>(times.latenciesNs);
    Collections.sort(sortedNs);
    return sortedNs.get((int) (quantile * (sortedNs.size() - 1))) / NS_PER_MS;
  }
}
