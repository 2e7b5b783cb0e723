// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.Pascaline;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OtherCommandsTest {
  @TempDir private Path folder;

  @Test
  void shouldShowThePlanWithItsCosts() throws IOException {
    CommandRun run = CommandRun.of("inspect", model()).assertOk();

    assertTrue(run.out().contains("3 rounds per image"), run.out());
    assertTrue(run.out().contains(TinyModel.ONLINE_BYTES + " B"), run.out());
    assertTrue(run.out().contains("random noise"), run.out());
  }

  @Test
  void shouldCheckEveryLayer() throws IOException {
    Path images = InferCommandTest.IdxPair.write(folder, 4);

    CommandRun run = CommandRun.of("check", model(), "--images", images).assertOk();

    assertTrue(run.out().contains("every layer of 4 images is within its bound"), run.out());
  }

  @Test
  void shouldTakeAnAuthorityForEachPartyOnly() throws IOException {
    Path token = folder.resolve("token");
    CommandRun.of("keygen", "--quiet", "--token", "alice", "--out", token).assertOk();
    Path absent = folder.resolve("absent.pem");
    for (String one : List.of("", absent.toString())) {
      client(token, one).assertFault(1, "--authority names 1", "of party 0 and of party 1");
    }
    client(token, absent + ",").assertFault(1, "--authority for party 0", "does not exist");
    client(token, "," + absent).assertFault(1, "--authority for party 1", "does not exist");
  }

  private static CommandRun client(Path token, String authorities) {
    String gateways = "https://localhost:1,https://localhost:2";
    return CommandRun.of(
        "client",
        "-q",
        "--gateway",
        gateways,
        "--token",
        token + "," + token,
        "--authority",
        authorities,
        "--images",
        1);
  }

  @Test
  void shouldNotShareAModelWhoseBoundsAreGuesses() throws IOException {
    CommandRun.of("share", model(), "--out", folder.resolve("o"))
        .assertFault(1, "typical images", "--calibration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "share"})
  void shouldScaleCalibrationPicturesWhereItIsTold(String command) throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    BufferedImage wide = new BufferedImage(9, 8, BufferedImage.TYPE_BYTE_GRAY);
    wide.setRGB(4, 4, 0xffffff);
    ImageIO.write(wide, "png", pictures.resolve("a.png").toFile());
    List<Object> line = new ArrayList<>(List.of(command, "-q", model(), "--calibration", pictures));
    if (command.equals("share")) {
      line.addAll(List.of("--out", folder.resolve("shares")));
    }

    CommandRun.of(line.toArray()).assertFault(1, "calibration", "a.png", "9x8", "--resize");
    line.add("--resize");
    CommandRun.of(line.toArray()).assertOk();
  }

  /** An offset that comes and goes takes the bits, which no layer's own values show. */
  @Test
  void shouldSayThatRoundingMovesTheAnswers() throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(TinyModel.exact()).toBuilder();
    for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
      switch (node.getOutput(0)) {
        case "relu1" -> node.setInput(0, "there");
        case "pool" -> node.setInput(0, "back");
        default -> {
          // As it is.
        }
      }
    }
    model
        .getGraphBuilder()
        .addInitializer(
            TensorProto.newBuilder()
                .setName("offset")
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addFloatData(3e5f))
        .addNode(node("Add", "conv1", "there"))
        .addNode(node("Sub", "relu1", "back"));
    Path file = Files.write(folder.resolve("offset.onnx"), model.build().toByteArray());
    Path images = InferCommandTest.IdxPair.write(folder, 4);
    String note = "rounding moves answers by";

    CommandRun shared =
        CommandRun.of(
            "share",
            file,
            "--suite",
            "classic",
            "--calibration",
            images,
            "--out",
            folder.resolve("o"));
    CommandRun inspected = CommandRun.of("inspect", file, "--suite", "classic");
    CommandRun usual = CommandRun.of("inspect", model(), "--suite", "classic");

    assertTrue(shared.err().contains(note), shared.err());
    assertTrue(inspected.out().contains(note), inspected.out());
    assertFalse(usual.out().contains(note), usual.out());
  }

  private static NodeProto node(String operator, String input, String output) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addInput(input)
        .addInput("offset")
        .addOutput(output)
        .build();
  }

  @Test
  void shouldExplainEveryCommand() {
    for (String command :
        new String[] {
          "infer", "inspect", "check", "share", "keygen", "dealer", "party", "client"
        }) {
      CommandRun run = CommandRun.of(command, "--help").assertOk();
      assertTrue(run.out().startsWith("Usage: pascaline " + command), run.out());
      assertEquals(run.out(), CommandRun.of("help", command).assertOk().out());
    }
    assertTrue(CommandRun.of("--version").assertOk().out().startsWith("pascaline "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "xyzzy",
        "infer --frob",
        "infer --limit many",
        "keygen",
        "dealer",
        "party --config",
        "inspect a.onnx b.onnx"
      })
  void shouldPointToTheHelpWhenTheCommandLineIsWrong(String line) {
    CommandRun.of((Object[]) (line.isEmpty() ? new String[0] : line.split(" ")))
        .assertFault(2, "--help' explains it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dealer", "party", "client"})
  void shouldNameTheConfigFileThatIsWrong(String role) throws IOException {
    Path unknown = Files.writeString(folder.resolve("role.conf"), "lisen = \"127.0.0.1:0\"");
    Path empty = Files.writeString(folder.resolve("empty.conf"), "");

    CommandRun.of(role, "--config", folder.resolve("no.conf")).assertFault(1, "no.conf");
    CommandRun.of(role, "--config", unknown).assertFault(1, "role.conf line 1", "'lisen'");
    CommandRun.of(role, "--config", empty).assertFault(1, "empty.conf", "missing");
  }

  @Test
  void shouldNameFilesOfARoleThatAreMissingOrDamaged() throws IOException {
    Path damaged = Files.writeString(folder.resolve("plan.bin"), "no plan");
    Path dealer = folder.resolve("dealer.conf");
    String rest = "listen = \"127.0.0.1:0\"\nkeys { party0 = a.key, party1 = a.key }\n";

    Files.writeString(dealer, "plan = gone.bin\n" + rest);
    CommandRun.of("dealer", "--config", dealer).assertFault(1, "gone.bin", "pascaline share");
    Files.writeString(dealer, "plan = plan.bin\n" + rest);
    CommandRun.of("dealer", "--config", dealer).assertFault(1, damaged.toString(), "damaged");
    Path party = Files.writeString(folder.resolve("party.conf"), "share = a.share\n");
    Path share = folder.resolve("a.share");
    CommandRun.of("party", "--config", party).assertFault(1, "a.share", "pascaline share");
    CommandRun.of("keygen", "--out", share).assertOk();
    CommandRun.of("party", "--config", party).assertFault(1, share.toString(), "not a model share");
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    CommandRun.of("infr").assertFault(2, "no command infr: did you mean infer?");
    CommandRun.of("ispect", "x").assertFault(2, "no command ispect: did you mean inspect?");
  }

  @Test
  void shouldTellFilesFromFolders() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");

    CommandRun.of("share", "--out", file).assertFault(1, "--out " + file + " is a file", "folder");
    CommandRun.of("keygen", "--out", folder).assertFault(1, folder + " is a folder", "file");
  }

  @Test
  void shouldMakeAKeyOnce() {
    Path key = folder.resolve("a.key");

    CommandRun.of("keygen", "--out", key).assertOk();
    CommandRun.of("keygen", "--out", key).assertFault(1, "a.key exists already");
  }

  @Test
  void shouldNotReplaceASharingUnlessItIsTold() throws IOException {
    Path out = folder.resolve("shares");
    CommandRun.of("share", "--out", out).assertOk();
    byte[] first = Files.readAllBytes(out.resolve("party0.share"));
    Files.delete(out.resolve("party0.share"));

    CommandRun.of("share", "--out", out)
        .assertFault(1, "party1.share exists", "share of party 0", "--force");
    assertFalse(Files.exists(out.resolve("party0.share")));

    CommandRun.of("share", "--out", out, "--force").assertOk();
    byte[] second = Files.readAllBytes(out.resolve("party0.share"));
    assertFalse(Arrays.equals(first, second));

    // The plan's place is taken: the shares must stay those of one run.
    Files.delete(out.resolve("plan.bin"));
    Files.createDirectory(out.resolve("plan.bin"));
    CommandRun.of("share", "--out", out, "--force").assertFault(1, "plan.bin is a folder");
    assertArrayEquals(second, Files.readAllBytes(out.resolve("party0.share")));
  }

  @Test
  void shouldPrintThePublicLineOfAnIdentity() {
    Path file = folder.resolve("a.identity");

    CommandRun made = CommandRun.of("keygen", "-q", "--identity", "--out", file).assertOk();

    assertTrue(made.out().matches("ed25519:\\S+\\R"), made.out());
    assertEquals(made.out(), CommandRun.of("keygen", "--public", file).assertOk().out());
    CommandRun.of("keygen", "--public", folder.resolve("none"))
        .assertFault(1, "none does not exist", "keygen --identity");
    CommandRun.of("keygen", "--public", file, "--all", folder).assertFault(2, "--public");
  }

  @Test
  void shouldSayWhatIsNoModel() throws IOException {
    Path picture = folder.resolve("my.png");
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), "png", picture.toFile());

    for (String command : new String[] {"infer", "inspect", "check"}) {
      CommandRun.of(command, picture).assertFault(1, "my.png is a picture", "--images");
      CommandRun.of(command, folder).assertFault(1, "is a folder", "--images");
      CommandRun.of(command, "resnet50")
          .assertFault(1, "resnet50 is a layout", "train --model resnet50", "sim --model resnet50");
      CommandRun.of(command, folder.resolve("no.onnx"))
          .assertFault(1, "no.onnx does not exist", "bundled");
    }
    Path model = model();
    String bare = model.toString().replaceFirst("[.]onnx$", "");
    CommandRun.of("inspect", bare).assertFault(1, "did you mean " + model + "?");
    CommandRun.of("infer", model, picture).assertFault(2, "one argument too many", "--images");
  }

  @Test
  void shouldSuggestTheOptionThatWasMeant() {
    CommandRun.of("infer", "--imges", "5").assertFault(2, "no option --imges", "--images");
    CommandRun.of("keygen", "--out", "x", "--idntity")
        .assertFault(2, "no option --idntity", "--identity");
  }

  @Test
  void shouldWriteJsonToTheStandardOutput() throws IOException {
    Path images = InferCommandTest.IdxPair.write(folder, 4);
    CommandRun infer = CommandRun.of("infer", model(), "--images", images, "--json", "-");
    CommandRun inspect = CommandRun.of("inspect", model(), "--json", "-");
    CommandRun fit = CommandRun.of("fit", "--json", "-");

    assertEquals(4, new ObjectMapper().readTree(infer.out()).get("answeredImages").asInt());
    assertTrue(infer.err().contains("trust model"), infer.err());
    assertTrue(new ObjectMapper().readTree(inspect.out()).has("rounds"), inspect.out());
    assertTrue(new ObjectMapper().readTree(fit.out()).has("fits"), fit.out());
    assertFalse(Files.exists(Path.of("-")));
  }

  @Test
  void shouldFailWhenItsOutputIsLost() {
    StringWriter err = new StringWriter();
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };

    int code =
        Pascaline.run(
            new PrintWriter(full, true, StandardCharsets.UTF_8), new PrintWriter(err), "fit");

    assertEquals(1, code);
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("standard output cannot be written"), err.toString());
  }

  private Path model() throws IOException {
    return Files.write(folder.resolve("tiny.onnx"), TinyModel.onnx());
  }
}
