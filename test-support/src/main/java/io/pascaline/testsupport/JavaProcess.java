// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A main class in a JVM of its own. Thread-safe. Its process ends with this one, even if that is
 * killed by a signal that can be handled.
 */
public final class JavaProcess {
  private static final int TERMINATION_TIMEOUT_S = 30;

  /** What runs now: a build that is broken off takes its processes with it. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path err;

  private JavaProcess(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  /**
   * Starts a JVM with the class path of this one.
   *
   * @param err takes its standard error, after what is in the file already
   * @param options of the JVM
   * @param command the main class and its arguments
   */
  public static JavaProcess start(Path err, List<String> options, String... command)
      throws IOException {
    return start(err, System.getProperty("java.class.path"), options, command);
  }

  /**
   * Starts a JVM with a class path of its own.
   *
   * @param classPath jars and folders, separated as on this system
   */
  public static JavaProcess start(
      Path err, String classPath, List<String> options, String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Short lives: no optimising compiler, and without one no vectors.
    words.add("-XX:TieredStopAtLevel=1");
    words.add("-XX:+UseSerialGC");
    words.addAll(options);
    words.add("-cp");
    words.add(classPath);
    words.addAll(List.of(command));
    return start(err, new ProcessBuilder(words));
  }

  /**
   * Starts a command that runs a JVM, such as the launcher.
   *
   * @param err takes its standard error, after what is in the file already
   */
  public static JavaProcess start(Path err, ProcessBuilder command) throws IOException {
    Process process = command.redirectError(ProcessBuilder.Redirect.appendTo(err.toFile())).start();
    RUNNING.add(process);
    process.onExit().thenAccept(RUNNING::remove);
    return new JavaProcess(process, err);
  }

  /** Returns its standard output. */
  public InputStream output() {
    return process.getInputStream();
  }

  /** Returns its standard input. */
  public OutputStream input() {
    return process.getOutputStream();
  }

  /** Returns its number on this machine. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM, and leaves the standard output open, unlike {@link Process#destroy}. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** Sends SIGKILL; returns when the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
    }
  }

  /** Sends SIGTERM, and SIGKILL if that does not help; returns when the process is gone. */
  public void end() throws InterruptedException {
    terminate();
    if (!process.waitFor(TERMINATION_TIMEOUT_S, TimeUnit.SECONDS)) {
      kill();
    }
  }

  /** Waits for a process that ends by itself; returns its exit code. */
  public int exitCode(long timeoutS) throws InterruptedException {
    if (!process.waitFor(timeoutS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "process " + process.pid() + " still runs after " + timeoutS + " s");
    }
    return process.exitValue();
  }

  /** Returns what it wrote to the standard error, the JVM's announcements left out. */
  public String errors() {
    try {
      return String.join(
          "\n",
          Files.readAllLines(err).stream().filter(line -> !line.startsWith("WARNING")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
