// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The classes and the text that rules about the whole project are checked on. */
final class ProductionCode {
  static final String ROOT = "io.pascaline.";
  private static final String FIXTURES = ROOT + "testsupport";

  private ProductionCode() {}

  private static final class Imported {
    static final JavaClasses CLASSES =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains(FIXTURES.replace('.', '/')))
            .importPackages("io.pascaline");
  }

  /** Returns the classes of all modules, without tests and their fixtures. */
  static JavaClasses classes() {
    return Imported.CLASSES;
  }

  /** Returns the folder that all modules are in. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("config/checkstyle.xml"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "not below the project's folder: " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  /** Returns the Java files of main code by their path below the root. */
  static Map<String, String> sources() throws IOException {
    return texts("*/src/main/java/**.java");
  }

  /** Returns the text of files by their path below the root. */
  static Map<String, String> texts(String glob) throws IOException {
    Path root = root();
    var matcher = root.getFileSystem().getPathMatcher("glob:" + glob);
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> matcher.matches(root.relativize(file)))
          .filter(file -> !root.relativize(file).toString().contains("target/"))
          .forEach(
              file -> texts.put(root.relativize(file).toString().replace('\\', '/'), read(file)));
    }
    return texts;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
