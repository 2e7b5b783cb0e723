// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deployment that runs from other class paths than the build's: from one fat jar, and with the
 * oldest Pekko that is supported. Needs what is packaged, so it runs after that.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClassPathIT {
  private static final String MAIN = "io.pascaline.cli.Pascaline";
  private static final String PEKKO = "pekko-";
  private static final int CLIENT_TIMEOUT_S = 150;
  private static final int IMAGES = 5;

  @TempDir private Path folder;

  @Test
  void shouldServeFromOneFatJar() throws Exception {
    Path fat = Path.of("target/fat.jar").toAbsolutePath();
    assertTrue(Files.exists(fat), () -> "not packaged, run mvn verify at the root: " + fat);
    try (JarFile jar = new JarFile(fat.toFile())) {
      assertEquals(MAIN, jar.getManifest().getMainAttributes().getValue("Main-Class"));
    }
    assertServes(fat.toString());
  }

  @Test
  void shouldServeWithTheOldestPekko() throws Exception {
    String version = System.getProperty("pascaline.oldestPekko");
    List<Path> oldest = jars(Path.of("target/pekko-" + version));
    assertFalse(oldest.isEmpty(), "not packaged, run mvn verify at the root");
    List<Path> entries = new ArrayList<>(oldest);
    entries.add(Path.of("../cli/target/classes"));
    // Pekko refuses to start with modules of different versions.
    jars(Path.of("../cli/target/lib")).stream()
        .filter(jar -> !jar.getFileName().toString().startsWith(PEKKO))
        .forEach(entries::add);
    assertServes(
        entries.stream()
            .map(entry -> entry.toAbsolutePath().normalize().toString())
            .collect(Collectors.joining(File.pathSeparator)));
  }

  private void assertServes(String classPath) throws Exception {
    DeploymentFiles files = DeploymentFiles.writeBundled(folder);
    Map<Member, RoleProcess> roles = new EnumMap<>(Member.class);
    List<String> answers = new CopyOnWriteArrayList<>();
    try {
      for (Member member : Member.SERVING) {
        roles.put(member, RoleProcess.start(files, member, classPath, List.of(), line -> {}));
      }
      RoleProcess client =
          RoleProcess.start(
              files,
              Member.CLIENT_A,
              classPath,
              List.of(),
              answers::add,
              "--images",
              Integer.toString(IMAGES),
              "--timeout",
              "120");
      roles.put(Member.CLIENT_A, client);
      assertEquals(0, client.exitCode(CLIENT_TIMEOUT_S), client::errors);
      assertTrue(
          answers.stream().anyMatch(line -> line.contains("(" + IMAGES + " of " + IMAGES + ")")),
          () -> String.join("\n", answers));
    } finally {
      for (RoleProcess role : roles.values()) {
        role.kill();
      }
    }
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }
}
