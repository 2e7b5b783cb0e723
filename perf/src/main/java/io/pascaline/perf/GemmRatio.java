// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link GemmBenchmark} and prints the speeds of the fastest calls and their ratios. Integer
 * and float runs take turns, shape by shape and twice over, so that both meet the same machine.
 */
public final class GemmRatio {
  private static final List<String> SHAPES =
      List.of("64x576x1024", "64x64x3136", "256x2304x196", "512x4608x16");
  private static final List<String> TURNS =
      List.of("intVector", "floatVector", "floatShort", "intVector", "floatVector", "floatShort");

  private GemmRatio() {}

  /**
   * Takes no arguments; about two minutes.
   *
   * @throws RunnerException if JMH cannot run
   */
  public static void main(String[] arguments) throws RunnerException {
    System.out.printf("Java %s, one thread, fastest call, G multiply-adds/s%n", Runtime.version());
    System.out.println(
        "| rows x depth x columns | int32 | float, same blocking | ratio"
            + " | float, short panels | ratio | int32, scalar |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (String shape : SHAPES) {
      Map<String, Double> speed = new TreeMap<>();
      for (String benchmark : TURNS) {
        speed.merge(benchmark, speed(benchmark, shape), Math::max);
      }
      speed.put("intScalar", speed("intScalar", shape));
      print(shape, speed);
    }
  }

  private static double speed(String benchmark, String shape) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include(GemmBenchmark.class.getName() + "." + benchmark + "$")
        .param("shape", shape)
        .verbosity(VerboseMode.SILENT);
    RunResult result = new Runner(options.build()).runSingle();
    return multiplyAdds(shape) / result.getPrimaryResult().getStatistics().getMin() / 1e3;
  }

  private static void print(String shape, Map<String, Double> speed) {
    double integer = speed.get("intVector");
    double same = speed.get("floatVector");
    double shortened = speed.get("floatShort");
    System.out.printf(
        "| %s | %.1f | %.1f | %.2f | %.1f | %.2f | %.1f |%n",
        shape,
        integer,
        same,
        integer / same,
        shortened,
        integer / shortened,
        speed.get("intScalar"));
  }

  private static double multiplyAdds(String shape) {
    double product = 1;
    for (String factor : shape.split("x")) {
      product *= Integer.parseInt(factor);
    }
    return product;
  }
}
