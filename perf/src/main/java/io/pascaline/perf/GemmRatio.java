package io.pascaline.perf;

import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link GemmBenchmark} and prints the speeds of the fastest calls and their ratio. */
public final class GemmRatio {
  private GemmRatio() {}

  /**
   * Takes no arguments; about two minutes.
   *
   * @throws RunnerException if JMH cannot run.
   */
  public static void main(String[] arguments) throws RunnerException {
    final OptionsBuilder options = new OptionsBuilder();
    options.include(GemmBenchmark.class.getName()).verbosity(VerboseMode.SILENT);
    final Map<String, Map<String, Double>> speeds = new TreeMap<>();
    for (final RunResult result : new Runner(options.build()).run()) {
      final String shape = result.getParams().getParam("shape");
      speeds
          .computeIfAbsent(shape, key -> new TreeMap<>())
          .put(
              result.getPrimaryResult().getLabel(),
              multiplyAdds(shape) / result.getPrimaryResult().getStatistics().getMin() / 1e3);
    }
    System.out.printf("Java %s, one thread, fastest call%n", Runtime.version());
    System.out.println(
        "| rows x depth x columns | int32, G multiply-adds/s | float | ratio | scalar int32 |");
    System.out.println("| --- | ---: | ---: | ---: | ---: |");
    speeds.forEach(GemmRatio::print);
  }

  private static void print(String shape, Map<String, Double> speed) {
    final double integer = speed.get("intVector");
    final double single = speed.get("floatVector");
    System.out.printf(
        "| %s | %.1f | %.1f | %.2f | %.1f |%n",
        shape, integer, single, integer / single, speed.get("intScalar"));
  }

  private static double multiplyAdds(String shape) {
    double product = 1;
    for (final String factor : shape.split("x")) {
      product *= Integer.parseInt(factor);
    }
    return product;
  }
}
