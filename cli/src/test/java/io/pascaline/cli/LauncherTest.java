// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher over a tree that is built already, with a Java and a Maven that only say so. */
@Timeout(60)
class LauncherTest {
  @TempDir private Path root;
  private String javaOptions = "";

  @BeforeEach
  void build() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/env")) && Files.exists(Path.of("/bin/bash")));
    Files.copy(Path.of("..", "pascaline"), root.resolve("pascaline"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.createDirectories(root.resolve("cli/target/lib"));
    Files.createDirectories(root.resolve("cli/target/classes"));
    Files.createFile(root.resolve("cli/target/launcher.stamp"));
    // Says what it is given; a training without libraries ends with the code that asks for them.
    script(
        "java/bin/java",
        "echo java \"$@\"",
        "case \"$*\" in",
        "  *--list-modules*) ;;",
        "  *fetch=true*'Pascaline train --data'*) [ -d training/target/natives ] || exit 64 ;;",
        "esac");
    script("java/bin/javac", "exit 0");
    Files.writeString(root.resolve("java/release"), "JAVA_VERSION=\"21.0.1\"\n");
    script(
        "bin/mvn",
        "echo fetched >> mvn.log",
        "mkdir -p training/target/natives",
        "touch training/target/natives/pytorch-native-cpu-1.jar");
  }

  @Test
  void shouldKeepDjlOffTheClassPathOfEverythingButTraining() throws Exception {
    assertFalse(run("infer").contains("lib-train"));
    assertTrue(run("train", "--help").contains("lib-train"));
  }

  @Test
  void shouldFetchNativeLibrariesOnlyForATrainingThatBegins() throws Exception {
    run("train", "--help");
    run("train", "--dta", "x");
    assertFalse(Files.exists(root.resolve("mvn.log")));

    String output = run("train", "--data", "x");

    assertTrue(Files.exists(root.resolve("mvn.log")), output);
    assertTrue(output.contains("fetch=false"), output);
    run("train", "--data", "x");
    assertEquals(1, Files.readAllLines(root.resolve("mvn.log")).size());
  }

  @Test
  void shouldChooseTheCollectorForRunsOfAllRolesUnlessTheUserDoes() throws Exception {
    assertTrue(run("infer").contains("-XX:+UseParallelGC"));
    assertTrue(run("bench").contains("-XX:+UseParallelGC"));
    assertFalse(run("party").contains("UseParallelGC"));

    javaOptions = "-Xmx2g -XX:+UseG1GC";
    assertFalse(run("infer").contains("UseParallelGC"));

    javaOptions = "-Xmx2g";
    assertTrue(run("infer").contains("-XX:+UseParallelGC"));
  }

  private void script(String name, String... lines) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/bash\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Returns what the launcher and its Java print; they must succeed. */
  private String run(String... args) throws IOException, InterruptedException {
    String[] command = new String[args.length + 2];
    command[0] = "/bin/bash";
    command[1] = root.resolve("pascaline").toString();
    System.arraycopy(args, 0, command, 2, args.length);
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().put("PATH", root.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("PASCALINE_JAVA_HOME", root.resolve("java").toString());
    builder.environment().put("JAVA_HOME", root.resolve("java").toString());
    builder.environment().put("PASCALINE_JAVA_OPTS", javaOptions);
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
    return output;
  }
}
