// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The release archive on a machine that has a Java runtime and nothing else: no compiler, Maven,
 * repository or home folder. A folder stands for {@code /opt}, and its name has a blank. Skipped
 * without an archive, which {@code mvn -Pdist} builds.
 */
@Timeout(value = 240, threadMode = ThreadMode.SEPARATE_THREAD)
class ReleaseArchiveIT {
  private static final String ARCHIVE = System.getProperty("pascaline.archive", "");

  /** What the runtimes of the usual distributors have. */
  private static final String RUNTIME_MODULES =
      "java.se,jdk.crypto.ec,jdk.httpserver,jdk.incubator.vector,jdk.jfr,jdk.management,"
          + "jdk.unsupported,jdk.zipfs";

  private static final Pattern ENDPOINT = Pattern.compile("endpoint=(127\\.0\\.0\\.1:\\d+)");
  private static final Pattern INSTALLED =
      Pattern.compile("/opt/pascaline/(?<path>[\\w./@*-]*[\\w*])");
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int IMAGES = 3;

  @TempDir private static Path folder;

  private static Path runtime;
  private static Path opt;

  /** Where the units expect the archive: a link, as after an upgrade. */
  private static Path installed;

  private static Map<String, Long> unpacked;

  private final List<JavaProcess> roles = new ArrayList<>();

  @BeforeAll
  static void install() throws Exception {
    assumeTrue(!ARCHIVE.isEmpty(), "there is no release archive: mvn -Pdist builds it");
    assertTrue(Files.exists(Path.of(ARCHIVE)), ARCHIVE);
    runtime = folder.resolve("runtime");
    run(
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
            "--output",
            runtime.toString(),
            "--strip-debug",
            "--no-man-pages",
            "--add-modules",
            RUNTIME_MODULES));
    assertFalse(Files.exists(runtime.resolve("bin/javac")), "the runtime has a compiler");
    opt = Files.createDirectory(folder.resolve("a folder"));
    run(new ProcessBuilder("tar", "-xzf", ARCHIVE, "-C", opt.toString()));
    String name = "pascaline-" + Pom.read("").version();
    installed = Files.createSymbolicLink(opt.resolve("pascaline"), Path.of(name));
    run(new ProcessBuilder("chmod", "-R", "a-w", opt.resolve(name).toString()));
    unpacked = files();
  }

  /** Lets the folder be deleted. */
  @AfterAll
  static void unlock() throws Exception {
    if (installed != null) {
      run(new ProcessBuilder("chmod", "-R", "u+w", opt.toString()));
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (JavaProcess role : roles) {
      role.end();
    }
  }

  @Test
  void shouldHaveTheFilesThatItsPagesName() throws Exception {
    for (String file : List.of("LICENSE", "NOTICE", "THIRD-PARTY.txt", "BUNDLED-IMAGES.md")) {
      assertTrue(Files.size(installed.resolve(file)) > 0, file);
    }
    int namedCount = 0;
    try (Stream<Path> pages = Files.walk(installed.resolve("docs"))) {
      for (Path page : pages.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(page, StandardCharsets.ISO_8859_1);
        for (Matcher named = INSTALLED.matcher(text); named.find(); namedCount++) {
          assertInstalled(named.group("path"), page);
        }
      }
    }
    assertTrue(namedCount > 10, "the pages name files of the archive");
  }

  /** A star stands for any part of a file's name. */
  private static void assertInstalled(String path, Path page) throws IOException {
    Path file = Path.of(path);
    Path parent = installed.resolve(path).getParent();
    String name = file.getFileName().toString();
    assertTrue(Files.isDirectory(parent), () -> path + " in " + page);
    try (var found = Files.newDirectoryStream(parent, name)) {
      assertTrue(found.iterator().hasNext(), () -> path + " in " + page);
    }
  }

  @Test
  void shouldRunCommandsThatNeedNoDeployment() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));

    assertTrue(pascaline(work, "--version").contains(Pom.read("").version()));
    String report = pascaline(work, "infer", "--images", "20", "--latency-images", "2");
    assertTrue(
        Pattern.compile("agreement +100\\.00 % \\(20 of 20\\)").matcher(report).find(), report);
    pascaline(work, "inspect", installed.resolve("models/fashion-relu.onnx").toString());

    assertEquals(unpacked, files(), "the program changes its own folder");
  }

  /** As docs/three-machines.md describes it, with a folder for {@code /etc/pascaline}. */
  @Test
  void shouldServeByTheUnitsOfItsSamples() throws Exception {
    Path etc = Files.createDirectory(folder.resolve("etc"));
    // As systemd does for StateDirectory.
    Files.createDirectory(etc.resolve("state"), PRIVATE);
    pascaline(etc, "keygen", "--all", ".");
    pascaline(etc, "share", "--out", ".", "--quiet");

    String dealer = start(etc, "pascaline-dealer.service", "", "dealer.conf", Map.of());
    Map<String, String> reached = new TreeMap<>(Map.of("192.0.2.10:40400", dealer));
    String party0 = start(etc, "pascaline-party@.service", "0", "party0.conf", reached);
    reached.put("192.0.2.20:40401", party0);
    String party1 = start(etc, "pascaline-party@.service", "1", "party1.conf", reached);
    configure(
        installed.resolve("docs/samples/client.conf"),
        etc,
        Map.of("127.0.0.1:40401", party0, "127.0.0.1:40402", party1));
    String report =
        pascaline(
            etc,
            ("client --config client.conf --model bundled --json answers.json --images " + IMAGES)
                .split(" "));

    // The client's --model computes the same images in plaintext.
    assertTrue(
        Pattern.compile("agreement +100\\.00 %% \\(%d of %d\\)".formatted(IMAGES, IMAGES))
            .matcher(report)
            .find(),
        report);
    Matcher answers =
        Pattern.compile("\"predictions\"\\s*:\\s*\\[([^]]*)]")
            .matcher(Files.readString(etc.resolve("answers.json")));
    assertTrue(answers.find());
    assertEquals(IMAGES, answers.group(1).split(",").length);
    for (int i = roles.size() - 1; i >= 0; i--) {
      roles.get(i).terminate();
      assertEquals(
          setting("pascaline-dealer.service", "SuccessExitStatus"),
          Integer.toString(roles.get(i).exitCode(60)),
          roles.get(i).errors());
    }
    assertEquals(unpacked, files(), "the program changes its own folder");
  }

  /**
   * Starts a role as systemd does with its unit, in the folders of the test and at free ports.
   *
   * @param reached where the other roles listen, by their addresses in the samples
   * @return where the role listens
   */
  private String start(
      Path etc, String unit, String instance, String config, Map<String, String> reached)
      throws Exception {
    configure(installed.resolve("docs/samples/systemd").resolve(config), etc, reached);
    List<String> words = new ArrayList<>();
    for (String word : setting(unit, "ExecStart").replace("%i", instance).split(" ")) {
      words.add(
          word.replace("/opt/pascaline", installed.toString())
              .replace("/etc/pascaline", etc.toString()));
    }
    assertEquals(etc.resolve(config).toString(), words.get(words.size() - 1));
    ProcessBuilder command = bare(new ProcessBuilder(words)).directory(etc.toFile());
    Matcher environment =
        Pattern.compile("\"(PASCALINE_JAVA_OPTS)=(.*)\"").matcher(setting(unit, "Environment"));
    assertTrue(environment.matches(), unit);
    command.environment().put(environment.group(1), environment.group(2));
    JavaProcess role = JavaProcess.start(etc.resolve(config + ".err"), command);
    roles.add(role);
    // A reader that is closed would close the role's standard output.
    BufferedReader output =
        new BufferedReader(new InputStreamReader(role.output(), StandardCharsets.UTF_8));
    String announcement = output.readLine();
    assertTrue(announcement != null, role::errors);
    Matcher listening = ENDPOINT.matcher(announcement);
    assertTrue(listening.find(), announcement);
    return listening.group(1);
  }

  /** Writes settings of the samples for this machine into the folder of the test. */
  private static void configure(Path sample, Path etc, Map<String, String> reached)
      throws IOException {
    String text =
        Files.readString(sample)
            .replaceAll("(?m)^(listen|metrics) = \"[^\"]*\"", "$1 = \"127.0.0.1:0\"")
            .replaceAll("(?m)^advertise = .*$", "")
            .replace("/var/lib/pascaline", etc.resolve("state").toString());
    for (Map.Entry<String, String> role : reached.entrySet()) {
      text = text.replace('"' + role.getKey() + '"', '"' + role.getValue() + '"');
    }
    Files.writeString(etc.resolve(sample.getFileName().toString()), text);
  }

  /** Returns a setting of a unit, which it must have once. */
  private static String setting(String unit, String name) throws IOException {
    List<String> found =
        Files.readAllLines(installed.resolve("docs/samples/systemd").resolve(unit)).stream()
            .filter(line -> line.startsWith(name + "="))
            .toList();
    assertEquals(1, found.size(), name + " of " + unit);
    return found.get(0).substring(name.length() + 1);
  }

  private static String pascaline(Path work, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(installed.resolve("bin/pascaline").toString()));
    words.addAll(Arrays.asList(arguments));
    ProcessBuilder command = bare(new ProcessBuilder(words)).directory(work.toFile());
    // Otherwise each command that infers would warm up for 3 seconds.
    command.environment().put("PASCALINE_JAVA_OPTS", "-Dpascaline.warm-up=5");
    return run(command);
  }

  /** Leaves a command nothing of this build's environment. */
  private static ProcessBuilder bare(ProcessBuilder command) {
    command.environment().clear();
    command
        .environment()
        .putAll(
            Map.of(
                "PATH",
                "/usr/bin:/bin",
                "LANG",
                "C.UTF-8",
                "PASCALINE_JAVA_HOME",
                runtime.toString()));
    return command;
  }

  /** Runs a command that must succeed; returns what it prints. */
  private static String run(ProcessBuilder command) throws IOException, InterruptedException {
    Process process = command.redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), () -> command.command() + " prints " + output);
      return output;
    } finally {
      process.destroy();
    }
  }

  /** Returns the files of the archive and the times of their last changes. */
  private static Map<String, Long> files() throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(installed.toRealPath())) {
      for (Path path : all.toList()) {
        found.put(path.toString(), Files.getLastModifiedTime(path).toMillis());
      }
    }
    return found;
  }
}
