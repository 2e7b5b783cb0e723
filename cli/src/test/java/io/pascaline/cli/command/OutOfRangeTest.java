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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A regression compiled on dark pictures and asked with bright ones: its one class always agrees
 * with the plaintext one, so only the range can tell that the value is wrong.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OutOfRangeTest {
  private static final int DARK = 20;
  private static final int BRIGHT = 250;

  @TempDir private Path folder;

  private Path model;
  private Path dark;
  private Path bright;

  @BeforeEach
  void writeModelAndPictures() throws IOException {
    model = Files.write(folder.resolve("regression.onnx"), TinyModel.regression());
    dark = pictures("dark", 8, DARK);
    bright = pictures("bright", 3, BRIGHT);
  }

  private Path pictures(String name, int count, int max) throws IOException {
    SplittableRandom random = new SplittableRandom(count);
    Path pictures = Files.createDirectory(folder.resolve(name));
    for (int n = 0; n < count; n++) {
      BufferedImage picture =
          new BufferedImage(TinyModel.SIDE, TinyModel.SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < TinyModel.SIDE * TinyModel.SIDE; i++) {
        int sample = max - random.nextInt(DARK);
        picture.getRaster().setSample(i % TinyModel.SIDE, i / TinyModel.SIDE, 0, sample);
      }
      ImageIO.write(picture, "png", pictures.resolve(name + n + ".png").toFile());
    }
    return pictures;
  }

  private CommandRun infer(Path pictures, Object... more) {
    Object[] arguments = {
      "infer", model, "--images", pictures, "--calibration", dark, "--mean", 0, "--std", 1
    };
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CommandRun.of(all);
  }

  @Test
  void shouldNameThePicturesInTextAndJson() throws IOException {
    Path json = folder.resolve("out.json");

    CommandRun run = infer(bright, "--json", json);

    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("OUT OF RANGE           3 of 3 images"), run.out());
    assertTrue(run.out().contains("bright0.png: input: element "), run.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(3, report.get("imagesOutOfRange").asInt());
    JsonNode first = report.get("rangeWarnings").get(0);
    assertEquals("bright0.png", first.get("name").asText());
    assertEquals("input", first.get("where").asText());
    assertTrue(first.get("value").asDouble() > first.get("limit").asDouble(), first.toString());
    assertEquals(
        TinyModel.SIDE * TinyModel.SIDE, first.get("elementsOutOfRange").asInt(), first.toString());
  }

  @Test
  void shouldSayNothingOfPicturesInRange() throws IOException {
    Path json = folder.resolve("out.json");

    CommandRun run = infer(dark, "--json", json, "--out-of-range", "refuse");

    assertEquals(0, run.code(), run.err());
    assertFalse(run.out().contains("OUT OF RANGE"), run.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(0, report.get("imagesOutOfRange").asInt());
    assertEquals(0, report.get("rangeWarnings").size());
  }

  @Test
  void shouldRefuseThePicturesIfAskedTo() {
    infer(bright, "--out-of-range", "refuse")
        .assertFault(1, "bright0.png", "the limit is", "--mean", "--out-of-range warn");
  }

  /** Before the model is read, and so before its plaintext network runs. */
  @Test
  void shouldRefuseAnUnknownPolicyAtTheStart() {
    CommandRun.of("infer", folder.resolve("missing.onnx"), "--out-of-range", "maybe")
        .assertFault(1, "--out-of-range maybe");
  }

  @Test
  void shouldSayWhichLayerAPictureDrivesBeyondItsBound() {
    CommandRun.of(
            "check", model, "--images", bright, "--calibration", dark, "--mean", 0, "--std", 1)
        .assertFault(1, "bright0.png", "beyond its bound", "--calibration");
  }

  /** A plan is public, and the dealer, the parties and all clients print its name. */
  @Test
  void shouldKeepTheOwnersFoldersOutOfPublicAndSharedFiles() throws IOException {
    Path out = folder.resolve("out");

    CommandRun.of(
            "share",
            "-q",
            model.toAbsolutePath(),
            "--calibration",
            dark.toAbsolutePath(),
            "--out",
            out)
        .assertOk();

    for (String name : new String[] {"plan.bin", "party0.share", "party1.share", "input.conf"}) {
      String content = Files.readString(out.resolve(name), StandardCharsets.ISO_8859_1);
      assertFalse(content.contains(folder.toString()), name);
      assertFalse(content.contains(folder.getFileName().toString()), name);
    }
    String plan = Files.readString(out.resolve("plan.bin"), StandardCharsets.ISO_8859_1);
    assertTrue(plan.contains("regression.onnx"));
  }
}
