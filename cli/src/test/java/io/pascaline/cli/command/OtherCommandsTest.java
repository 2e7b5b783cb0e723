// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
  void shouldNotShareAModelWhoseBoundsAreGuesses() throws IOException {
    CommandRun.of("share", model(), "--out", folder.resolve("o"))
        .assertFault(1, "typical images", "--calibration");
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

  private Path model() throws IOException {
    return Files.write(folder.resolve("tiny.onnx"), TinyModel.onnx());
  }
}
