// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.command.CommandRun;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeReportTest {
  private static final Shape FOUR = Shape.of(4);

  @TempDir private Path folder;

  @Test
  void shouldCountValuesAndImagesOutside() {
    NetworkGraph graph =
        new NetworkGraph(
            "n",
            "x",
            FOUR,
            List.of(
                new ActivationNode("p", List.of("x"), FOUR, new PolynomialBasis(0, 1, 1)),
                new ReluNode("r", List.of("p"), FOUR)),
            "r");
    float[][] images = {{0, 1, -6, 7}, {5, -5, 0, 0}, {0, 0, 5.5f, 0}};

    RangeReport report = RangeReport.of(graph, null, 3, i -> images[i], Double.NaN);

    ActivationRange first = report.activations().get(0);
    assertEquals("p", first.layer());
    assertEquals(7, first.largest());
    assertEquals(12, first.valueCount());
    assertEquals(3, first.outsideCount());
    assertEquals(2, first.imagesOutside());
    // The second layer sees x + x^2: 56, 30 and 42 of the first image, 30 and 20 of the second.
    ActivationRange second = report.activations().get(1);
    assertEquals(56, second.largest());
    assertEquals(3, second.imagesOutside());
  }

  @Test
  void shouldTakeHalfThePeriodAsRangeOfATrigonometricActivation() {
    NetworkGraph graph =
        new NetworkGraph(
            "n",
            "x",
            FOUR,
            List.of(
                new ActivationNode(
                    "t",
                    List.of("x"),
                    FOUR,
                    new TrigonometricBasis(1, 0.5, 16, new double[] {-1}, new double[] {0}))),
            "t");

    RangeReport report = RangeReport.of(graph, null, 1, i -> new float[] {7, 8, 9, 0}, Double.NaN);

    assertEquals(8, report.activations().get(0).range());
    assertEquals(1, report.activations().get(0).outsideCount());
  }

  @Test
  void shouldStateTheCompiledBoundInTheUnitsOfTheInput() {
    // A pool over nine values leaves a divisor of 9 behind, which the activation takes up.
    Shape in = Shape.of(1, 3, 3);
    Shape out = Shape.of(1, 1, 1);
    NetworkGraph graph =
        new NetworkGraph(
            "n",
            "x",
            in,
            List.of(
                AveragePoolNode.global("pool", "x", in),
                new ActivationNode("a", List.of("pool"), out, new PolynomialBasis(0, 1, 1))),
            "a");
    float[] image = {1, 2, 3, 1, 2, 3, 1, 2, 3};
    FusedNetwork network = FusedCompiler.compile(graph, List.of(image), FusedSettings.standard());

    RangeReport report = RangeReport.of(graph, network.plan(), 1, i -> image, Double.NaN);

    ActivationRange row = report.activations().get(0);
    assertTrue(
        network.plan().layers().stream().anyMatch(layer -> layer instanceof FusedActivationLayer));
    assertEquals(2, row.largest(), 1e-6);
    assertEquals(row.bound() / row.largest(), row.margin(), 1e-9);
    // At least the safety factor of the standard settings, and not nine times it.
    assertTrue(row.margin() >= 2 && row.margin() < 9, row.toString());
  }

  @Test
  void shouldReportAndCompareInInspect() throws IOException {
    Path json = folder.resolve("ranges.json");

    CommandRun run = CommandRun.of("inspect", "--json", json, "--range", "0.5").assertOk();

    assertTrue(run.out().contains("inputs of the activations on "), run.out());
    JsonNode ranges = new ObjectMapper().readTree(json.toFile()).get("ranges");
    assertTrue(ranges.get("activations").size() > 0, ranges.toString());
    for (JsonNode row : ranges.get("activations")) {
      assertTrue(row.get("margin").asDouble() > 1, row.toString());
      assertTrue(row.get("outsideShare").asDouble() > 0, row.toString());
      assertTrue(row.get("imagesOutside").asInt() > 0, row.toString());
    }
  }

  @Test
  void shouldRefuseInOneLine() {
    CommandRun.of("inspect", "--range", "-1").assertFault(1, "--range -1.0 is not positive");
    CommandRun.of("inspect", "--json", "/nowhere/x.json").assertFault(1, "cannot be written");
  }
}
