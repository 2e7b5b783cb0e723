// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.layers.compile.ClassicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The classic suite from the command line: right answers, by the protocols that were asked for. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ClassicSuiteTest {
  private static final int IMAGE_COUNT = 12;
  private static final int BUNDLED_COUNT = 40;

  @TempDir private Path folder;

  private Path exact;
  private Path images;

  @BeforeEach
  void writeModelAndImages() throws IOException {
    exact = Files.write(folder.resolve("exact.onnx"), TinyModel.exact());
    images = InferCommandTest.IdxPair.write(folder, IMAGE_COUNT);
  }

  private JsonNode infer(Object... args) throws IOException {
    Path json = folder.resolve("out.json");
    Object[] all = new Object[args.length + 4];
    all[0] = "infer";
    all[1] = "-q";
    all[2] = "--json";
    all[3] = json;
    System.arraycopy(args, 0, all, 4, args.length);
    CommandRun.of(all).assertOk();
    return new ObjectMapper().readTree(json.toFile());
  }

  /**
   * Five linear layers and four activations. A difference in one of 40 predictions would be half a
   * percent five times over; the masks are random, but wraps have a probability below 1e-3 x 40.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "honeybadger | honeybadger | 9",
        "espn | espn | 9",
        "tree | tree | 13",
        "espn,3=tree,relu13=honeybadger | espn,honeybadger,tree | 10"
      })
  void shouldAnswerLikeTheBundledModel(String asked, String protocols, int rounds)
      throws IOException {
    JsonNode report =
        infer("--activation", asked, "--images", BUNDLED_COUNT, "--latency-images", 5);

    assertEquals("classic", report.get("suite").asText());
    assertEquals(protocols, report.get("activation").asText());
    int layers = 0;
    for (JsonNode count : report.get("activationLayers")) {
      layers += count.asInt();
    }
    assertEquals(4, layers);
    assertEquals(rounds, report.get("rounds").asInt());
    assertTrue(report.get("countsEqualPlan").asBoolean());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertEquals(report.get("plaintextPredictions"), report.get("predictions"));
    double bound = report.get("failureProbability").asDouble();
    assertTrue(bound > 0 && bound <= ClassicSettings.STANDARD_FAILURE_LIMIT, "bound " + bound);
    double expected = report.get("expectedFailures").asDouble();
    assertTrue(expected > 0 && expected < bound, "expected " + expected + ", bound " + bound);
  }

  @Test
  void shouldRunReluAndMaxPoolingAsTheyAre() throws IOException {
    JsonNode report = infer(exact, "--images", images, "--suite", "classic");

    assertEquals("classic", report.get("suite").asText());
    assertEquals("maxpool,relu", report.get("activation").asText());
    // Three linear layers; 8 rounds for each ReLU and each of two levels of maxima.
    assertEquals(3 + 8 + 16 + 8, report.get("rounds").asInt());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertTrue(report.get("maxLogitError").asDouble() < 0.01, report.toString());
    assertTrue(report.get("plaintextEngine").asText().startsWith("ONNX Runtime"));
    assertTrue(
        CommandRun.of("infer", exact, "--images", images, "--limit", 1, "--approximate", "off")
            .err()
            .contains("note: the model has ReLU or max pooling"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "poly4 | fused | fused | 5",
        "poly2 | fused | fused | 5",
        "poly4 | honeybadger | honeybadger | 5",
        "poly4 | espn,relu2=tree | espn,tree | 6",
        "poly4 | relu,4=espn | espn,maxpool,relu | 28",
        "poly4 | tree,pool=relu | maxpool,tree | 23"
      })
  void shouldRunWithPolynomialsInThePlaceOfRelu(
      String polynomial, String asked, String protocols, int rounds) throws IOException {
    JsonNode report =
        infer(exact, "--images", images, "--replace-relu", polynomial, "--activation", asked);

    assertEquals(protocols, report.get("activation").asText());
    assertEquals(rounds, report.get("rounds").asInt());
    assertEquals(1.0, report.get("agreement").asDouble());
    String engine = report.get("plaintextEngine").asText();
    assertTrue(
        engine.startsWith("ONNX Runtime") && engine.endsWith("activations replaced"), engine);
    assertTrue(report.get("ratio").asDouble() > 0, report.toString());
    assertEquals("replaced", report.get("comparisons").get(0).get("network").asText());
    assertEquals("as given", report.get("comparisons").get(1).get("network").asText());
    assertTrue(report.get("maxLogitError").asDouble() < 0.1, report.toString());
  }

  @Test
  void shouldShowAndCheckTheClassicPlan() {
    CommandRun plan =
        CommandRun.of("inspect", "--activation", "espn", "--activation", "3=tree").assertOk();
    CommandRun check =
        CommandRun.of("check", exact, "-q", "--images", images, "--limit", 2, "--suite", "classic")
            .assertOk();

    assertTrue(
        plan.out().contains("classic, ring elements of 64 bits; activations: espn (3), tree (1)"));
    assertTrue(plan.out().contains("espn, degree 4") && plan.out().contains("tree, degree 4"));
    assertTrue(plan.out().contains("failure probability    at most "), plan.out());
    assertTrue(plan.out().contains("for inputs like those of calibration"), plan.out());
    assertTrue(check.out().contains("every layer of 2 images is within its bound"), check.out());
    assertTrue(check.out().contains("maxpool (1), relu (2)"), check.out());
    assertTrue(
        CommandRun.of("inspect").assertOk().out().contains("0: no step of the fused suite fails"));
  }

  /** Every layer's error is held against the bound that is derived for it. */
  @ParameterizedTest
  @ValueSource(strings = {"honeybadger", "espn", "tree"})
  void shouldKeepTheDerivedBoundsOnTheBundledModel(String protocol) {
    CommandRun check = CommandRun.of("check", "--activation", protocol, "--images", 3).assertOk();

    assertTrue(check.out().contains("every layer of 3 images is within its bound"), check.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--suite magic | magic | fused or classic",
        "--activation sigmoid | sigmoid | fused, honeybadger, espn, tree, relu",
        "--activation espn,tree | espn and tree | espn,3=tree",
        "--activation espn,espn=fused | fused in a single layer | honeybadger, espn, tree or relu",
        "--activation fused,3=tree | single layers | one suite",
        "--activation conv=tree | 'conv' | 1 (relu2), 3 (relu5)",
        "--activation 0=tree | '0' | 1 (relu2)",
        "--activation 3=tree,3=espn | '3' | espn",
        "--activation 3=relu | 'relu5' is a polynomial | honeybadger, espn or tree",
        "--activation relu | neither ReLU nor max pooling | honeybadger, espn or tree",
        "--suite fused --activation espn | --suite fused | --suite classic",
        "--suite classic --activation fused | --suite classic | honeybadger",
        "--replace-relu poly4 | no ReLU | leave it out",
        "--replace-relu poly5 | 'poly5' | poly4",
        "--fraction-bits 12 | --fraction-bits | --suite classic",
        "--suite classic --fraction-bits 7 | 7 is out of range | 8 to 24"
      })
  void shouldNameWhatDoesNotFitTheBundledModel(String line, String cause, String remedy) {
    CommandRun.of((Object[]) ("inspect " + line).split(" ")).assertFault(1, cause, remedy);
    CommandRun.of((Object[]) ("infer -q " + line).split(" ")).assertFault(1, cause, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--suite fused --approximate off | ReLU ('relu1') | --suite classic",
        "--activation espn | no polynomial activation | --replace-relu poly4",
        "--activation relu1=espn | 'relu1' is a ReLU | --replace-relu poly4",
        "--activation pool=espn --replace-relu poly4 | 'pool' takes a maximum | relu",
        "--activation relu --replace-relu poly4 | replaces nothing | leave one of them out"
      })
  void shouldNameWhatDoesNotFitAModelWithRelu(String line, String cause, String remedy) {
    CommandRun.of((Object[]) ("inspect " + exact + " " + line).split(" "))
        .assertFault(1, cause, remedy);
  }
}
