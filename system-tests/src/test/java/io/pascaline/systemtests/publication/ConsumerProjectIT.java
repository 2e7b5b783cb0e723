// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project outside the reactor resolves the jars and poms that a release would publish, from a
 * repository, and runs an inference. Needs the modules' jars, so it runs after they are packaged.
 */
@Timeout(360)
class ConsumerProjectIT {
  private static final int MAVEN_TIMEOUT_S = 300;

  /** Where this build's Maven keeps what it downloaded: the only source of other libraries. */
  private static final String LOCAL_REPOSITORY = System.getProperty("pascaline.localRepository");

  @TempDir Path folder;

  @Test
  void shouldBuildAndRunFromARepositoryOfPublishedArtefacts() throws Exception {
    Optional<Path> maven = onPath("mvn");
    assumeTrue(maven.isPresent(), "mvn is not on the PATH");
    Pom root = Pom.read("");
    Path published = folder.resolve("published");
    publish(published, root);
    for (Pom module : Pom.modules()) {
      if (module.isPublished()) {
        publish(published, module);
      }
    }
    Path project = folder.resolve("project");
    copy(Pom.ROOT.resolve("docs/examples/consumer"), project);
    Path settings = folder.resolve("settings.xml");
    Files.writeString(settings, settings(published));
    Path log = folder.resolve("maven.log");

    Process process =
        maven(maven.get(), settings)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(
          process.waitFor(MAVEN_TIMEOUT_S, TimeUnit.SECONDS), () -> "still runs: " + text(log));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }

    assertEquals(0, process.exitValue(), () -> text(log));
    assertTrue(
        Pattern.compile("(?m)^class [0-9], as in plaintext$").matcher(text(log)).find(),
        () -> text(log));
  }

  private ProcessBuilder maven(Path maven, Path settings) {
    ProcessBuilder builder =
        new ProcessBuilder(
            maven.toString(),
            "--batch-mode",
            "--settings",
            settings.toString(),
            "--global-settings",
            settings.toString(),
            "-Dmaven.repo.local=" + folder.resolve("local"),
            "compile",
            "exec:exec");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("MAVEN_ARGS");
    builder.environment().remove("MAVEN_OPTS");
    return builder;
  }

  /** Lays out a module's jar and pom as "deploy" does. */
  private static void publish(Path repository, Pom pom) throws IOException {
    String stem = pom.artifactId() + "-" + pom.version();
    Path target =
        Files.createDirectories(
            repository.resolve("io/pascaline/" + pom.artifactId() + "/" + pom.version()));
    Files.copy(pom.folder().resolve("pom.xml"), target.resolve(stem + ".pom"));
    if (pom.hasJar()) {
      Path jar = pom.folder().resolve("target/" + stem + ".jar");
      assertTrue(Files.exists(jar), () -> "not packaged, run mvn verify at the root: " + jar);
      Files.copy(jar, target.resolve(stem + ".jar"));
    }
  }

  private static String settings(Path published) {
    return """
        <settings>
          <mirrors>
            <mirror>
              <id>downloaded</id>
              <mirrorOf>external:*</mirrorOf>
              <url>%s</url>
            </mirror>
          </mirrors>
          <profiles>
            <profile>
              <id>published</id>
              <repositories>
                <repository>
                  <id>published</id>
                  <url>%s</url>
                </repository>
              </repositories>
            </profile>
          </profiles>
          <activeProfiles><activeProfile>published</activeProfile></activeProfiles>
        </settings>
        """
        .formatted(Path.of(LOCAL_REPOSITORY).toUri(), published.toUri());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static Optional<Path> onPath(String program) {
    return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
