// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands as the launcher runs them: without DJL, which is for training alone. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClassPathTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"infer -q --images 2", "client --help", "fit", "train --help", "help"})
  void shouldRunWithoutDjl(String line) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dpascaline.warm-up=1",
                "-Xlog:class+load:file=" + folder.resolve("classes"),
                "-cp",
                withoutDjl(),
                "io.pascaline.cli.Pascaline"));
    command.addAll(List.of(line.split(" ")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), output);
    assertNoDjl();
  }

  /** The class path has no DJL: a class of its name could only come from a copy of it. */
  private void assertNoDjl() throws IOException {
    String loaded = Files.readString(folder.resolve("classes"));
    assertTrue(loaded.contains("io.pascaline.cli.Pascaline"));
    assertFalse(loaded.contains("ai.djl."));
  }

  private static String withoutDjl() {
    String all = System.getProperty("java.class.path");
    String rest =
        Arrays.stream(all.split(File.pathSeparator))
            .filter(entry -> !entry.matches(".*[/\\\\]ai[/\\\\]djl[/\\\\].*|.*pytorch.*"))
            .collect(Collectors.joining(File.pathSeparator));
    assertTrue(rest.length() < all.length(), "DJL is not where it was looked for: " + all);
    return rest;
  }
}
