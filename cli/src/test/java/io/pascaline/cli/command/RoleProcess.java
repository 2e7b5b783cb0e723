// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One role in a JVM of its own. Reading its output blocks: tests have timeouts. */
final class RoleProcess implements AutoCloseable {
  private static final Pattern ENDPOINT = Pattern.compile("endpoint=127\\.0\\.0\\.1:(\\d+)");
  private static final int TERMINATION_TIMEOUT_S = 30;

  private final Process process;
  private final BufferedReader out;
  private final Path err;

  private RoleProcess(Process process, Path err) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.err = err;
  }

  static RoleProcess start(String role, Path config) throws IOException {
    Path err = config.resolveSibling(config.getFileName() + ".err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Short lives: no optimising compiler, and without one no vectors.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.pascaline.cli.Pascaline",
                role,
                "--config",
                config.toString())
            .redirectError(err.toFile())
            .start();
    return new RoleProcess(process, err);
  }

  /** Waits until the role listens. */
  int port() throws IOException {
    String line = line();
    Matcher matcher = ENDPOINT.matcher(line);
    assertTrue(matcher.find(), line);
    return Integer.parseInt(matcher.group(1));
  }

  /** Returns the next line of output. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IllegalStateException("the role has ended: " + Files.readString(err));
    }
    return line;
  }

  /** Tells the role to stop and returns what it says last. */
  String farewell() throws IOException {
    // Not Process.destroy, which would close the stream that the farewell comes on.
    process.toHandle().destroy();
    return line();
  }

  /** Waits for a role that ends by itself. */
  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS), "the role still runs");
    return process.exitValue();
  }

  /** Returns what the role wrote to the standard error, the JVM's announcements left out. */
  String errors() throws IOException {
    return String.join(
        "\n",
        Files.readAllLines(err).stream().filter(line -> !line.startsWith("WARNING")).toList());
  }

  /** Lets the role end in good order, so that its media driver clears its files away. */
  @Override
  public void close() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
