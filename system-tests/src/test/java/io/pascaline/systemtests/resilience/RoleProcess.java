// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One role in a JVM of its own; what it prints is handed on line by line, on a thread of its own.
 */
final class RoleProcess {
  private static final int TERMINATION_TIMEOUT_S = 30;

  /** What runs now: a build that is broken off takes its processes with it. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Process process;
  private final Path err;
  private final Thread reader;
  private volatile long firstLineNs;

  private RoleProcess(String name, Process process, Path err, Consumer<String> out) {
    this.name = name;
    this.process = process;
    this.err = err;
    this.reader = new Thread(() -> read(out), name + "-output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a role.
   *
   * @param name for people; also of the file beside {@code folder} that takes its standard error
   * @param out takes each line of its standard output
   * @param command the main class and its arguments
   */
  static RoleProcess start(String name, Path folder, Consumer<String> out, String... command)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Short lives: no optimising compiler, and without one no vectors.
    words.add("-XX:TieredStopAtLevel=1");
    words.add("-XX:+UseSerialGC");
    words.add("-Xmx512m");
    // That of the command, not of these tests.
    words.add("-Dlogback.configurationFile=logback.xml");
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.addAll(List.of(command));
    Path err = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(words)
            .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()))
            .start();
    RUNNING.add(process);
    process.onExit().thenAccept(RUNNING::remove);
    return new RoleProcess(name, process, err, out);
  }

  private void read(Consumer<String> out) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (firstLineNs == 0) {
          firstLineNs = System.nanoTime();
        }
        out.accept(line);
      }
    } catch (IOException closed) {
      // The process was killed.
    }
  }

  /** When the process said its first line, by {@link System#nanoTime}; 0 if it has not yet. */
  long firstLineNs() {
    return firstLineNs;
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException(name + " survives SIGKILL");
    }
    reader.join(TimeUnit.SECONDS.toMillis(TERMINATION_TIMEOUT_S));
  }

  /** SIGTERM; returns when the process is gone. */
  void end() throws InterruptedException {
    process.toHandle().destroy();
    if (!process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS)) {
      kill();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for a process that ends by itself. */
  int exitCode(long timeoutS) throws InterruptedException {
    if (!process.waitFor(timeoutS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(name + " still runs after " + timeoutS + " s");
    }
    return process.exitValue();
  }

  /** Returns what all lives of the role wrote to the standard error, JVM announcements left out. */
  String errors() {
    try {
      return String.join(
          "\n",
          Files.readAllLines(err).stream().filter(line -> !line.startsWith("WARNING")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
