// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One role in a JVM of its own; what it prints is handed on line by line, on a thread of its own.
 */
final class RoleProcess {
  /** For what is measured: as users run roles, where {@link JavaProcess} has quicker starts. */
  static final List<String> OPTIMISED =
      List.of("-XX:TieredStopAtLevel=4", "--add-modules", "jdk.incubator.vector");

  /** The class path of this JVM. */
  static final String CLASS_PATH = System.getProperty("java.class.path");

  private static final String MAIN = "io.pascaline.cli.Pascaline";
  private static final int TERMINATION_TIMEOUT_S = 30;
  private static final int TOOL_TIMEOUT_S = 60;

  /** The last line of a histogram of classes: objects and their bytes. */
  private static final Pattern HISTOGRAM_TOTAL =
      Pattern.compile("^Total\\s+[0-9]+\\s+([0-9]+)", Pattern.MULTILINE);

  private final JavaProcess process;
  private final Thread reader;
  private volatile long firstLineNs;

  private RoleProcess(String name, JavaProcess process, Consumer<String> out) {
    this.process = process;
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
    return start(name, folder, CLASS_PATH, List.of(), out, command);
  }

  /**
   * Starts a role with a class path and options of its own.
   *
   * @param options of the JVM, after the usual ones
   */
  static RoleProcess start(
      String name,
      Path folder,
      String classPath,
      List<String> options,
      Consumer<String> out,
      String... command)
      throws IOException {
    // The logging of the command, not of these tests.
    List<String> all =
        new ArrayList<>(List.of("-Xmx512m", "-Dlogback.configurationFile=logback.xml"));
    all.addAll(options);
    return new RoleProcess(
        name, JavaProcess.start(folder.resolve(name + ".err"), classPath, all, command), out);
  }

  /**
   * Starts a role or client of a deployment by its settings file.
   *
   * @param classPath of its JVM
   * @param options of the JVM, after the usual ones
   * @param more arguments of its command
   */
  static RoleProcess start(
      DeploymentFiles files,
      Member member,
      String classPath,
      List<String> options,
      Consumer<String> out,
      String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                MAIN,
                member.isClient() ? "client" : files.command(member),
                "--config",
                files.config(member).toString()));
    command.addAll(List.of(more));
    return start(
        member.fileName(), files.folder(), classPath, options, out, command.toArray(String[]::new));
  }

  private void read(Consumer<String> out) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8))) {
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

  /** Sends a line to the standard input of the process. */
  void tell(String line) throws IOException {
    OutputStream in = process.input();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** When the process said its first line, by {@link System#nanoTime}; 0 if it has not yet. */
  long firstLineNs() {
    return firstLineNs;
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() throws InterruptedException {
    process.kill();
    reader.join(TimeUnit.SECONDS.toMillis(TERMINATION_TIMEOUT_S));
  }

  /** SIGTERM; returns when the process is gone. */
  void end() throws InterruptedException {
    process.end();
  }

  /** Returns how many bytes of its heap are in use after a full collection. */
  long heapBytesAfterCollection() throws Exception {
    Process tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    CompletableFuture.delayedExecutor(TOOL_TIMEOUT_S, TimeUnit.SECONDS)
        .execute(tool::destroyForcibly);
    String histogram = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = HISTOGRAM_TOTAL.matcher(histogram);
    if (tool.waitFor() != 0 || !total.find()) {
      throw new IOException("jcmd says nothing of the heap: " + histogram);
    }
    return Long.parseLong(total.group(1));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for a process that ends by itself. */
  int exitCode(long timeoutS) throws InterruptedException {
    return process.exitCode(timeoutS);
  }

  /**
   * Returns what all incarnations of the role wrote to the standard error, JVM announcements left
   * out.
   */
  String errors() {
    return process.errors();
  }
}
