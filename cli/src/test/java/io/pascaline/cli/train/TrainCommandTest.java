// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.command.CommandRun;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.training.export.OnnxExporter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class TrainCommandTest {
  private static final int SIDE = 12;

  @TempDir private Path folder;

  @Test
  void shouldTrainExportMeasureAndDescribe() throws IOException {
    Path data = pictures();
    Path output = folder.resolve("out");

    CommandRun run =
        CommandRun.of(
                "train",
                "-q",
                "--data",
                data,
                "--epochs",
                2,
                "--batch-size",
                16,
                "--secure-images",
                10,
                "--weights",
                "int8",
                "--licence",
                "CC0 | it's\nfree",
                "--intended-use",
                "tests",
                "--threads",
                1,
                "--output",
                output)
            .assertOk();

    assertTrue(run.out().contains("epoch 2/2"), run.out());
    assertTrue(run.out().contains("private run: "), run.out());
    String card = Files.readString(output.resolve("fashion-poly4.md"));
    for (String part :
        new String[] {
          "seed: 1",
          "agreement of the two",
          "## Ranges",
          "| `",
          "./pascaline train -q --data",
          "- classes: bright, dark",
          "- licence: CC0 \\| it's free\n",
          "--licence 'CC0 | it'\\''s free' ",
          "- intended use: tests",
          "rounded to int8",
          "SHA-256 " + sha256(output.resolve("fashion-poly4.onnx")),
          "| bright | 5 | 0 |",
        }) {
      assertTrue(card.contains(part), "'" + part + "' is not in: " + card);
    }
    assertEquals(3, Files.readAllLines(output.resolve(LearningCurve.TABLE)).size());
    assertTrue(ImageIO.read(output.resolve(LearningCurve.FIGURE).toFile()).getWidth() > 100);
    Path json = folder.resolve("infer.json");
    CommandRun infer =
        CommandRun.of(
            "infer",
            "-q",
            output.resolve("fashion-poly4.onnx"),
            "--data",
            data,
            "--calibration",
            data,
            "--json",
            json);
    assertEquals(0, infer.code(), infer.err());
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertEquals(60, figures.get("images").asInt());
    // Bright and dark squares are far apart: fixed point changes no answer.
    assertEquals(1.0, figures.get("agreement").asDouble());

    CommandRun.of("train", "--data", data, "--output", output)
        .assertFault(1, "holds a checkpoint", "--resume");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--data | fashion-mnist:/nowhere | apt-get install dataset-fashion-mnist",
        "--data | cifar10 | https://www.cs.toronto.edu/~kriz/cifar.html",
        "--activation | swish | give one of relu, poly4",
        "--model | resnet19 | no network resnet19",
        "--anneal-from | /nowhere.onnx | does not exist",
        "--epochs | 0 | epochs 0",
        "--budget | soon | write it as 90min or 1.5h",
        "--logit-scale | 0 | logitScale is 0",
        "--label-smoothing | 2 | smoothing 2",
        "--threads | 0 | --threads 0 is too small",
        "--weights | int4 | give float32, float16 or int8"
      })
  void shouldRefuseInOneLine(String option, String value, String part) throws IOException {
    Path output = folder.resolve("out");
    CommandRun run =
        option.equals("--data")
            ? CommandRun.of("train", "-q", "--output", output, option, value)
            : CommandRun.of("train", "-q", "--output", output, "--data", pictures(), option, value);

    assertEquals(1, run.code(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("pascaline: ") && run.err().contains(part), run.err());
  }

  @Test
  void shouldNameTheLayerThatDiverges() throws IOException {
    CommandRun run =
        CommandRun.of(
            "train",
            "-q",
            "--data",
            pictures(),
            "--output",
            folder.resolve("out"),
            "--learning-rate",
            "1e6",
            "--penalty-weight",
            0,
            "--batch-size",
            16,
            "--threads",
            1);

    assertEquals(1, run.code(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("pascaline: diverged in epoch "), run.err());
  }

  @Test
  void shouldFineTuneAnApproximatedNetwork() throws IOException {
    Path data = pictures();
    Path first = folder.resolve("first");
    CommandRun.of(
            "train",
            "-q",
            "--data",
            data,
            "--activation",
            "relu",
            "--epochs",
            1,
            "--batch-size",
            16,
            "--threads",
            1,
            "--output",
            first)
        .assertOk();

    Path output = folder.resolve("tuned");
    CommandRun run =
        CommandRun.of(
                "train",
                "-q",
                "--data",
                data,
                "--fine-tune",
                first.resolve("fashion-relu.onnx"),
                "--terms",
                3,
                "--steps",
                2,
                "--batch-size",
                16,
                "--threads",
                1,
                "--output",
                output)
            .assertOk();

    assertTrue(run.out().contains("epoch 1/1"), run.out());
    Path tuned = output.resolve("fashion-tuned-harmonic3.onnx");
    assertTrue(Files.exists(tuned), run.out());
    String card = Files.readString(output.resolve("fashion-tuned-harmonic3.md"));
    assertTrue(card.contains("activation: harmonics, 3 terms for each layer"), card);
    assertTrue(card.contains("teacher: ") && card.contains("agreement of the two: "), card);
    CommandRun inspected = CommandRun.of("inspect", tuned).assertOk();
    assertTrue(
        inspected.out().contains("4 activations of the model, evaluated as they are"),
        inspected.out());
    assertFalse(inspected.out().contains("approximated by"), inspected.out());
    CommandRun.of("infer", "-q", tuned, "--approximate", "off", "--data", data, "--limit", 4)
        .assertOk();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "harmonics, has no function to approximate",
    "poly4, has polynomials or trigonometric functions"
  })
  void shouldRefuseToFineTuneWithoutAnythingToApproximate(String activation, String fault)
      throws IOException {
    NetworkGraph exact = Zoo.build("fashion", Shape.of(1, SIDE, SIDE), 2, null, 1);
    NetworkGraph graph =
        activation.equals("poly4")
            ? ReplaceRelu.with(exact, ReplaceRelu.POLY4, any -> true)
            : FusedCompiler.compile(
                    exact, List.of(Zoo.randomInput(exact, 1)), FusedSettings.standard())
                .approximated()
                .orElseThrow()
                .graph();
    Path model = folder.resolve("model.onnx");
    Files.write(model, OnnxExporter.write(graph, Map.of()));

    CommandRun.of(
            "train",
            "--data",
            pictures(),
            "--fine-tune",
            model,
            "--output",
            folder.resolve("tuned"))
        .assertFault(1, fault, "trained with ReLU");
  }

  @Test
  void shouldRefuseHadamardWithoutASquareLayer() throws IOException {
    CommandRun.of("train", "--data", pictures(), "--output", folder.resolve("h"), "--hadamard")
        .assertFault(1, "no square layer in fashion", "leave it out");
  }

  @Test
  void shouldChooseTheEpochsForABudget() throws IOException {
    Path output = folder.resolve("out");
    CommandRun run =
        CommandRun.of(
                "train",
                "-q",
                "--data",
                pictures(),
                "--recipe",
                "wide",
                "--budget",
                "0.001min",
                "--batch-size",
                16,
                "--secure-images",
                0,
                "--threads",
                1,
                "--output",
                output)
            .assertOk();

    String said = run.out();
    int epochs = Integer.parseInt(said.replaceAll("(?s).*so --epochs ([0-9]+).*", "$1"));
    assertTrue(said.contains("epoch " + epochs + "/" + epochs), said);
    assertEquals(1 + epochs, Files.readAllLines(output.resolve(LearningCurve.TABLE)).size());
    CommandRun.of("train", "--data", pictures(), "--output", output, "--budget", "1h", "--resume")
        .assertFault(1, "exclude each other", "--epochs");
  }

  @Test
  void shouldKeepTheOldFileWhenTheDiskIsFull() throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, new byte[] {1, 2, 3});
    SavedFile full = new SavedFile(file, out -> new FullDisk());

    CommandFault fault = assertThrows(CommandFault.class, () -> full.write(new byte[100]));

    assertTrue(fault.line().contains("No space left") && fault.line().contains("--resume"));
    assertEquals(3, Files.size(file));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void shouldSayInOneLineThatTheNativeLibrariesAreMissing() {
    CommandFault fault =
        assertThrows(CommandFault.class, () -> NativeLibraries.require("/native/lib/none"));

    assertTrue(fault.line().contains("./pascaline train"), fault.line());
    assertFalse(fault.line().contains("\n"), fault.line());
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Dark and bright squares, 60 in all: a sixth becomes test images. */
  private Path pictures() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    Path data = folder.resolve("data");
    for (int i = 0; i < 60; i++) {
      boolean bright = i % 2 == 0;
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int k = 0; k < SIDE * SIDE; k++) {
        image.getRaster().setSample(k % SIDE, k / SIDE, 0, random.nextInt(90) + (bright ? 150 : 0));
      }
      Path file = data.resolve((bright ? "bright" : "dark") + "/" + i + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
    return data;
  }

  private static final class FullDisk extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      throw new IOException("No space left on device");
    }
  }
}
