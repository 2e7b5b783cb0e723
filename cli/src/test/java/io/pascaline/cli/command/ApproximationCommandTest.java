// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A network with ReLU, as it was trained, in the fused suite. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ApproximationCommandTest {
  private static final Path RELU = Path.of("..", "models", "fashion-relu.onnx");
  private static final int IMAGES = 60;

  @TempDir private Path folder;

  private JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /** Three of 60 answers would be more than the 3 % that the default budget allows. */
  @Test
  void shouldAnswerLikeTheModelInOneRoundPerActivation() throws IOException {
    Path file = folder.resolve("out.json");
    CommandRun.of("infer", "-q", RELU, "--images", IMAGES, "--latency-images", 5, "--json", file)
        .assertOk();
    JsonNode report = json(file);

    assertEquals("fused", report.get("suite").asText());
    // Five linear layers and four activations.
    assertEquals(9, report.get("rounds").asInt());
    assertTrue(report.get("countsEqualPlan").asBoolean());
    assertTrue(report.get("agreement").asDouble() > 0.95, report.toString());
  }

  /** What private answers differ by from the approximated network's is fixed point alone. */
  @Test
  void shouldCompareWithTheModelAndWithTheApproximatedNetwork() throws IOException {
    Path file = folder.resolve("out.json");
    CommandRun run =
        CommandRun.of(
                "infer", "-q", RELU, "--images", IMAGES, "--latency-images", 5, "--json", file)
            .assertOk();
    JsonNode report = json(file);
    JsonNode given = report.get("comparisons").get(0);
    JsonNode approximated = report.get("comparisons").get(1);

    assertEquals(2, report.get("comparisons").size());
    assertEquals("as given", given.get("network").asText());
    assertEquals("approximated", approximated.get("network").asText());
    assertEquals(report.get("agreement"), given.get("agreement"));
    assertEquals(report.get("ratio"), given.get("ratio"));
    assertTrue(approximated.get("agreement").asDouble() > 0.98, approximated.toString());
    assertTrue(
        5 * approximated.get("maxLogitError").asDouble() < given.get("maxLogitError").asDouble(),
        report.get("comparisons").toString());
    for (JsonNode comparison : report.get("comparisons")) {
      assertTrue(comparison.get("plaintextEngine").asText().startsWith("ONNX Runtime"));
      assertTrue(comparison.get("ratio").asDouble() > 0, comparison.toString());
    }
    assertTrue(run.out().contains("accuracy, approximated"), run.out());
    assertTrue(run.out().contains("agreement, approximated"), run.out());
    assertTrue(run.out().contains("private / approximated"), run.out());
  }

  @Test
  void shouldShowAndDrawWhatWasApproximated() throws IOException {
    Path file = folder.resolve("out.json");
    Path png = folder.resolve("fit.png");
    Path svg = folder.resolve("fit.svg");
    CommandRun run =
        CommandRun.of("inspect", RELU, "--approximate", 6, "--plot", png, "--json", file)
            .assertOk();
    CommandRun.of("inspect", RELU, "--approximate", 3, "--plot", svg).assertOk();
    JsonNode layers = json(file).get("approximations");

    assertTrue(run.out().contains("approximated by 6 harmonics"), run.out());
    assertEquals(4, layers.size());
    for (JsonNode layer : layers) {
      assertEquals(96, layer.get("bytesPerValue").asInt());
      assertTrue(layer.get("rmsError").asDouble() < layer.get("range").asDouble() / 50);
    }
    assertEquals(18_816 * 96, json(file).get("offlineBytes").asInt() - linearBytes(run));
    assertEquals(4 * 480, ImageIO.read(png.toFile()).getWidth());
    assertTrue(Files.readString(svg, StandardCharsets.UTF_8).contains("<svg"));
  }

  /** Returns what the linear layers' corrections take, which the plan's table shows. */
  private static int linearBytes(CommandRun run) {
    int sum = 0;
    for (String line : run.out().split("\n")) {
      String[] cells = line.strip().split("\\s{2,}");
      if (cells.length > 7 && (cells[2].startsWith("conv ") || cells[2].equals("matrix"))) {
        sum += Integer.parseInt(cells[6].replace(",", ""));
      }
    }
    return sum;
  }

  @Test
  void shouldSayThatItApproximates() {
    CommandRun run = CommandRun.of("infer", RELU, "--images", 2, "--approximate", 4);

    assertTrue(run.err().contains("note: 4 layers approximated by 4 harmonics"), run.err());
  }

  @Test
  void shouldRunExactlyWhereApproximationIsOff() {
    CommandRun run = CommandRun.of("inspect", RELU, "--approximate", "off").assertOk();

    assertTrue(run.out().contains("classic, ring elements of 64 bits"), run.out());
    assertTrue(run.out().contains("exact ReLU"), run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--approximate many | many is no choice | auto, off, or a number",
        "--approximate 0 | terms is 0 | correct it",
        "--approximate 6 --approximate-budget 0.1 | --approximate-budget is for | leave one",
        "--approximate-budget 2 | budget is 2.0 | correct it",
        "--approximate 6 --suite classic | the classic suite is chosen | --suite fused",
        "--approximate off --suite fused | ReLU ('relu2') | --suite classic",
        "--plot fit.gif | no known ending | .png or .svg",
        "--suite classic --plot fit.png | nothing of the model was approximated | leave it out"
      })
  void shouldNameWhatDoesNotFit(String line, String cause, String remedy) {
    CommandRun.of((Object[]) ("inspect " + RELU + " " + line).split(" "))
        .assertFault(1, cause, remedy);
  }
}
