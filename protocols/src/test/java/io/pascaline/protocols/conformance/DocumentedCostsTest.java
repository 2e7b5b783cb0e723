// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.classic.ExactRelu;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of costs in docs/protocols.md is that of the code. */
class DocumentedCostsTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`\\w+`, [^|]+) \\| (\\d+) \\| ([0-9.]+) \\| ([0-9.]+) \\|$");
  private static final Shape SHAPE = Shape.of(1024);
  private static final int F = 16;

  private record Cost(int rounds, double onlineBytes, double offlineBytes) {}

  @Test
  void shouldSayWhatTheStepsSay() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "protocols.md"));
    Map<String, Cost> documented = new LinkedHashMap<>();
    Matcher row = ROW.matcher(text);
    while (row.find()) {
      documented.put(
          row.group(1),
          new Cost(
              Integer.parseInt(row.group(2)),
              Double.parseDouble(row.group(3)),
              Double.parseDouble(row.group(4))));
    }

    assertTrue(!documented.isEmpty(), "no table");
    assertEquals(actual(), documented);
  }

  private static Map<String, Cost> actual() {
    Map<String, Cost> costs = new LinkedHashMap<>();
    add(costs, "degree 2", new PolynomialBasis(0.46875, 0.5, 0.09375));
    add(costs, "quartic", Cases.QUARTIC);
    add(costs, "degree 8", Cases.OCTIC);
    addHarmonics(costs, 4);
    addHarmonics(costs, 6);
    addHarmonics(costs, 8);
    costs.put("`ExactRelu`, any input", cost(new ExactRelu(0, SHAPE)));
    PoolWindow window = new PoolWindow(16, 16, 16, 2, 2, 2, 2, 0, 0, 0, 0);
    costs.put("`ExactMaxPool`, 2x2 windows", cost(new ExactMaxPool(0, window)));
    return costs;
  }

  private static void add(Map<String, Cost> costs, String name, PolynomialBasis basis) {
    FusedActivation fused = FusedActivation.plan(0, SHAPE, basis, 29, 12);
    double elements = SHAPE.elementCount();
    costs.put(
        "`FusedActivation`, " + name,
        new Cost(1, Integer.BYTES, Integer.BYTES * fused.correctionWordCount() / elements));
    costs.put("`HoneyBadger`, " + name, cost(new HoneyBadger(0, SHAPE, basis, F, 2)));
    costs.put("`Espn`, " + name, cost(new Espn(0, SHAPE, basis, F, 2)));
    costs.put("`PolynomialTree`, " + name, cost(new PolynomialTree(0, SHAPE, basis, F, 2)));
  }

  private static void addHarmonics(Map<String, Cost> costs, int harmonics) {
    HarmonicFunction f = RandomHarmonics.random(1, harmonics, true, 9, new SplittableRandom(1));
    HarmonicActivation step = HarmonicActivation.plan(0, SHAPE, f, 26, 12);
    double offline = Integer.BYTES * step.correctionWordCount() / (double) SHAPE.elementCount();
    costs.put(
        "`HarmonicActivation`, line and " + harmonics + " harmonics",
        new Cost(1, Integer.BYTES, offline));
  }

  private static Cost cost(ClassicActivation step) {
    return new Cost(
        step.roundCount(), step.onlineBytesPerElement(), step.correctionBytesPerElement());
  }
}
