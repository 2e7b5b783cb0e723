// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class InferCommandTest {
  private static final int IMAGE_COUNT = 12;

  @TempDir private Path folder;

  private Path model;
  private Path images;

  @BeforeEach
  void writeModelAndImages() throws IOException {
    model = Files.write(folder.resolve("tiny.onnx"), TinyModel.onnx());
    images = IdxPair.write(folder, IMAGE_COUNT);
  }

  @Test
  void shouldReportEveryFigureOfARun() throws IOException {
    Path json = folder.resolve("out.json");

    CommandRun run =
        CommandRun.of(
            "infer", "-q", model, "--images", images, "--json", json, "--latency-images", 5);

    run.assertOk();
    assertTrue(run.out().contains("counted = planned      yes: "), run.out());
    assertTrue(run.out().contains("red") && run.out().contains("trust model"), run.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(IMAGE_COUNT, report.get("images").asInt());
    assertEquals(TinyModel.EXCHANGES, report.get("rounds").asInt());
    assertEquals(TinyModel.ONLINE_BYTES, report.get("onlineBytesPerParty").asLong());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertEquals(report.get("accuracy"), report.get("plaintextAccuracy"));
    assertEquals(IMAGE_COUNT, report.get("predictions").size());
    assertEquals(report.get("plaintextPredictions"), report.get("predictions"));
    assertTrue(report.get("offlineBytes").asLong() > 0);
    assertTrue(report.get("ratio").asDouble() > 0);
    assertTrue(report.get("maxLogitError").asDouble() < 0.05, report.toString());
    for (String latency : List.of("onlineLatencyMs", "plaintextLatencyMs")) {
      double p50 = report.get(latency).get("p50").asDouble();
      assertTrue(p50 > 0 && p50 <= report.get(latency).get("p99").asDouble(), latency);
    }
    assertTrue(report.get("trustModel").asText().contains("semi-honest"));
    long measuredCount = report.get("measuredImages").asLong();
    assertTrue(measuredCount > IMAGE_COUNT / 2, "measured " + measuredCount);
    for (JsonNode party : report.get("parties")) {
      assertEquals(measuredCount, party.get("inferences").asLong());
      assertEquals(measuredCount * TinyModel.ONLINE_BYTES, party.get("onlineBytesSent").asLong());
      assertEquals(
          measuredCount * TinyModel.ONLINE_BYTES, party.get("onlineBytesReceived").asLong());
    }
  }

  @Test
  void shouldAnswerLikeTheBundledModelAtThePlannedCost() throws IOException {
    Path json = folder.resolve("bundled.json");

    CommandRun.of("infer", "-q", "--images", 60, "--latency-images", 10, "--json", json).assertOk();

    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(60, report.get("images").asInt());
    // 99.5 % of 60 images allow none to differ.
    assertEquals(1.0, report.get("agreement").asDouble());
    assertEquals(report.get("plaintextAccuracy"), report.get("accuracy"));
    assertTrue(report.get("countsEqualPlan").asBoolean());
    assertEquals(report.get("roundsPlanned"), report.get("rounds"));
    assertEquals(report.get("onlineBytesPlanned"), report.get("onlineBytesPerParty"));
  }

  @Test
  void shouldRunInTheMemoryThatItsRefusalNames() {
    CommandRun refused = CommandRun.of("infer", "-q", "--images", 4, "--memory", 1);
    refused.assertFault(1, "GiB for weights", "are set", "--memory");
    String least = refused.err().replaceAll("(?s).* to (\\d+) MiB or more.*", "$1");

    CommandRun run = CommandRun.of("infer", "--images", 4, "--memory", least);

    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("note: memory is too small to precompute"), run.err());
    assertTrue(run.out().contains("counted = planned      yes: "), run.out());
    CommandRun.of("infer", "--images", 4, "--memory", 0).assertFault(1, "--memory 0", "from 1 to");
  }

  @Test
  void shouldSayWhereBoundsComeFromWhenNoCalibrationIsGiven() {
    CommandRun run = CommandRun.of("infer", model, "--images", images, "--limit", 2);

    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("note: bounds come from the first 2 images"), run.err());
  }

  @Test
  void shouldTakeTheModelAfterTheImages() {
    CommandRun.of("infer", "-q", "--images", images, model, "--calibration", images, "--limit", "1")
        .assertOk();
  }

  @Test
  void shouldNameWhatIsWrongWithTheModel() throws IOException {
    Path relu = Files.write(folder.resolve("relu.onnx"), TinyModel.onnx("Relu"));
    byte[] whole = TinyModel.onnx();
    Path cut =
        Files.write(folder.resolve("cut.onnx"), java.util.Arrays.copyOf(whole, whole.length / 2));

    CommandRun.of(
            "infer", "-q", relu, "--images", images, "--suite", "fused", "--approximate", "off")
        .assertFault(1, "ReLU", "square", "--suite classic", "--replace-relu poly4");
    infer(cut).assertFault(1, "cut.onnx");
    infer(folder.resolve("missing.onnx")).assertFault(1, "missing.onnx", "does not exist");
    infer(folder).assertFault(1, "not an ONNX file");
    CommandRun.of("inspect", relu, "--suite", "fused", "--approximate", "off")
        .assertFault(1, "ReLU", "square");
    CommandRun.of("check", cut, "--images", images).assertFault(1, "cut.onnx");
    CommandRun.of("share", cut, "--out", folder.resolve("o")).assertFault(1, "cut.onnx");
  }

  @Test
  void shouldNameWhatIsWrongWithTheImages() throws IOException {
    Path other =
        Files.write(folder.resolve("other"), IdxPair.images(1, 8, new SplittableRandom(1)));
    Path text = Files.writeString(folder.resolve("notes.png"), "no picture");

    infer(model, "--images", other).assertFault(1, "[8, 8]", "6x6");
    infer(model, "--images", text).assertFault(1, "notes.png");
    infer(model, "--images", folder.resolve("missing")).assertFault(1, "does not exist");
    infer(model, "--images", 5).assertFault(1, "6x6", "28x28");
    infer(model, "--images", images, "--limit", 0).assertFault(1, "--limit");
    infer(model, "--images", images, "--mean", "a").assertFault(1, "--mean");
    infer(model, "--images", images, "--std", "0").assertFault(1, "--std");
    infer(model, "--images", images, "--calibration", other)
        .assertFault(1, "calibration", "[8, 8]");
    infer(model, "--images", images, "--json", folder.resolve("no/out.json"))
        .assertFault(1, "--json");
    infer(model, "--images", images, "--json", folder).assertFault(1, "is a folder: name a file");
    infer("--images", -5).assertFault(1, "--images -5 is out of range", "1 to 1000");
    infer(model, "--images", images, "--calibration", 5).assertFault(1, "5 is a number", "PATH");
    infer(model, "--images", images, "--in-flight", 0).assertFault(1, "--in-flight");
  }

  @Test
  void shouldScoreClassFoldersByTheModelsLabels() throws IOException {
    for (String name : new String[] {"Red", "BLUE"}) {
      BufferedImage image =
          new BufferedImage(TinyModel.SIDE, TinyModel.SIDE, BufferedImage.TYPE_BYTE_GRAY);
      Path picture = folder.resolve("classes").resolve(name).resolve("x.png");
      Files.createDirectories(picture.getParent());
      ImageIO.write(image, "png", picture.toFile());
    }

    CommandRun run = CommandRun.of("infer", model, "--images", folder.resolve("classes"));

    assertEquals(0, run.code(), run.err());
    assertFalse(run.err().contains("classes numbered"), run.err());
    // The labels' column names the classes as the model does.
    assertTrue(run.out().matches("(?s).*Red/x.png +red .*BLUE/x.png +blue .*"), run.out());
  }

  @Test
  void shouldNameTheClassThatTheModelDoesNotHave() throws IOException {
    Path labels = Files.writeString(folder.resolve("labels.txt"), "9\n".repeat(IMAGE_COUNT));

    infer(model, "--images", images, "--labels", labels).assertFault(1, "class 9", "0 to 2");
  }

  private static CommandRun infer(Object... args) {
    Object[] all = new Object[args.length + 2];
    all[0] = "infer";
    all[1] = "-q";
    System.arraycopy(args, 0, all, 2, args.length);
    return CommandRun.of(all);
  }

  /** An IDX image file with labels beside it. */
  static final class IdxPair {
    private IdxPair() {}

    static Path write(Path folder, int count) throws IOException {
      SplittableRandom random = new SplittableRandom(30);
      Path images = folder.resolve("tiny-images-idx3-ubyte");
      Files.write(images, images(count, TinyModel.SIDE, random));
      ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x0801).putInt(count);
      for (int i = 0; i < count; i++) {
        labels.put((byte) random.nextInt(TinyModel.CLASS_COUNT));
      }
      Files.write(folder.resolve("tiny-labels-idx1-ubyte"), labels.array());
      return images;
    }

    static byte[] images(int count, int side, SplittableRandom random) {
      ByteBuffer bytes = ByteBuffer.allocate(16 + count * side * side);
      bytes.putInt(0x0803).putInt(count).putInt(side).putInt(side);
      while (bytes.hasRemaining()) {
        bytes.put((byte) random.nextInt(256));
      }
      return bytes.array();
    }
  }
}
