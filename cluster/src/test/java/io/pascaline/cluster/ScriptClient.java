// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A script in Python or JavaScript that asks by the client of its language, prints a line of values
 * for each answer, and waits for a line before it asks on.
 */
final class ScriptClient {
  final Process process;
  final List<String> lines = new ArrayList<>();
  private final String language;
  private final List<float[]> inputs;
  private final Path errors;
  private final BufferedReader out;

  /**
   * Starts a script. It finds a file of JSON with {@code gateways}, {@code tokens}, {@code inputs}
   * and {@code pauseBefore}.
   */
  ScriptClient(
      String language,
      String script,
      Path folder,
      Operators operators,
      int inputCount,
      int pauseBefore)
      throws IOException {
    this.language = language;
    inputs = Stream.generate(operators::input).limit(inputCount).toList();
    Path asked =
        Files.writeString(
            folder.resolve("asked.json"),
            "{\"gateways\": "
                + json(operators.gateways.stream().map(g -> "\"" + g.address() + "\""))
                + ", \"tokens\": "
                + json(Stream.of(operators.token, operators.token).map(t -> "\"" + t + "\""))
                + ", \"pauseBefore\": "
                + pauseBefore
                + ", \"inputs\": "
                + json(inputs.stream().map(Arrays::toString))
                + "}");
    List<String> command = new ArrayList<>(command(language, script, folder));
    command.add(asked.toString());
    errors = folder.resolve("stderr");
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Returns whether this machine has what runs a language. */
  static boolean isThere(String language) throws InterruptedException {
    try {
      return new ProcessBuilder(language, "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> command(String language, String script, Path folder)
      throws IOException {
    Path project = Path.of("..").toAbsolutePath().normalize();
    if (language.equals("python3")) {
      Files.copy(
          project.resolve("docs/examples/python/pascaline_client.py"),
          folder.resolve("pascaline_client.py"));
      return List.of(
          language, "-B", Files.writeString(folder.resolve("ask.py"), script).toString());
    }
    Files.copy(
        project.resolve("gateway/src/main/resources/io/pascaline/gateway/web/pascaline.js"),
        folder.resolve("pascaline.mjs"));
    return List.of(language, Files.writeString(folder.resolve("ask.mjs"), script).toString());
  }

  private static String json(Stream<String> parts) {
    return parts.toList().toString();
  }

  /** Returns what the script wrote to its standard error. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Reads up to so many lines in all; fewer if the script has ended. */
  void readTo(int count) throws IOException {
    Optional<String> line = Optional.of("");
    while (lines.size() < count && line.isPresent()) {
      line = Optional.ofNullable(out.readLine());
      line.ifPresent(lines::add);
    }
  }

  /** Lets the script ask on after so many lines. */
  void goOn(int lineCount) throws IOException {
    assertEquals(lineCount, lines.size(), errors());
    try (OutputStream in = process.getOutputStream()) {
      in.write('\n');
    }
  }

  /** Compares the first lines with what the network answers. */
  void requireRight(FusedNetwork network, int lineCount) throws IOException {
    RightAnswers right = new RightAnswers(network);
    for (int i = 0; i < lineCount; i++) {
      assertTrue(i < lines.size(), errors());
      assertNull(right.faultOf(inputs.get(i), words(network.plan(), lines.get(i))), language);
    }
  }

  /** Returns the words that a client made its values of. */
  private static int[] words(NetworkPlan plan, String line) {
    double unit = Math.scalb(1.0, -plan.outputFractionBits()) / plan.outputLayer().outputDivisor();
    return Arrays.stream(line.split(" "))
        .mapToInt(value -> (int) Math.round(Double.parseDouble(value) / unit))
        .toArray();
  }
}
