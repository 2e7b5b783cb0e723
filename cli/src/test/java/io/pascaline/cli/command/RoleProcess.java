// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One role in a JVM of its own. Reading its output blocks: tests have timeouts. */
final class RoleProcess implements AutoCloseable {
  private static final Pattern ENDPOINT = Pattern.compile("endpoint=127\\.0\\.0\\.1:(\\d+)");
  private static final int TERMINATION_TIMEOUT_S = 30;

  private final JavaProcess process;
  private final BufferedReader out;
  private String announcement;

  private RoleProcess(JavaProcess process) {
    this.process = process;
    this.out = new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8));
  }

  static RoleProcess start(String role, Path config) throws IOException {
    return start(role, config, List.of());
  }

  /** Starts a role whose JVM writes a recording when it ends; it is silent about that. */
  static RoleProcess startRecorded(String role, Path config, Path recording) throws IOException {
    return start(
        role,
        config,
        List.of(
            "-XX:StartFlightRecording:dumponexit=true,filename=" + recording,
            "-Xlog:jfr+startup=off"));
  }

  private static RoleProcess start(String role, Path config, List<String> options)
      throws IOException {
    Path err = config.resolveSibling(config.getFileName() + ".err");
    Files.deleteIfExists(err);
    return new RoleProcess(
        JavaProcess.start(
            err, options, "io.pascaline.cli.Pascaline", role, "--config", config.toString()));
  }

  /** Waits until the role listens. */
  int port() throws IOException {
    announcement = line();
    return portOf(announcement);
  }

  /** Returns the port in what a role says when it is ready. */
  static int portOf(String line) {
    Matcher matcher = ENDPOINT.matcher(line);
    assertTrue(matcher.find(), line);
    return Integer.parseInt(matcher.group(1));
  }

  /** Returns what the role said when it was up, after {@link #port}. */
  String announcement() {
    return announcement;
  }

  /** Returns the next line of output. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IllegalStateException("the role has ended: " + process.errors());
    }
    return line;
  }

  /** Tells the role to stop and returns what it says last. */
  String farewell() throws IOException {
    process.terminate();
    return line();
  }

  /** Waits for a role that ends by itself. */
  int exitCode() throws InterruptedException {
    return process.exitCode(TERMINATION_TIMEOUT_S);
  }

  /** Returns what the role wrote to the standard error, the JVM's announcements left out. */
  String errors() {
    return process.errors();
  }

  /** Lets the role end in good order, so that its media driver clears its files away. */
  @Override
  public void close() {
    try {
      process.end();
    } catch (InterruptedException e) {
      process.terminate();
      Thread.currentThread().interrupt();
    }
  }
}
