// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Lines of documents fit the width that CONTRIBUTING.md asks for. */
class MarkdownWidthTest {
  private static final int MAX_COLUMNS = 115;
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Where a link leads; the width counts its text only. */
  private static final Pattern TARGET = Pattern.compile("\\]\\([^)]*\\)|https?://\\S+");

  /** Built, or not part of the repository. */
  private static final Set<String> SKIPPED = Set.of("target", ".git", "demo");

  /** Pages with longer lines; a page leaves this list when it is next rewritten. */
  private static final Set<String> WIDE =
      Set.of(
          "CHANGELOG.md",
          "cli/src/main/resources/io/pascaline/cli/bundled/fashion.md",
          "models/densenet13-gelu.md",
          "models/fashion-relu.md",
          "models/fashion-trig3.md",
          "models/lenet5-relu.md",
          "models/mobilenetv3-tiny-hardswish.md",
          "models/resnet20-poly4.md",
          "models/resnet20-relu.md");

  @Test
  void shouldKeepLinesWithinTheWidth() throws IOException {
    List<Path> pages = pages();
    assertFalse(pages.isEmpty());
    List<String> tooLong = new ArrayList<>();
    for (Path page : pages) {
      String name = ROOT.relativize(page).toString().replace('\\', '/');
      if (!WIDE.contains(name)) {
        tooLong.addAll(longLines(name, Files.readAllLines(page)));
      }
    }
    assertEquals(List.of(), tooLong);
  }

  private static List<String> longLines(String page, List<String> lines) {
    List<String> tooLong = new ArrayList<>();
    boolean code = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.strip().startsWith("```")) {
        code = !code;
      }
      boolean exempt = code || line.startsWith("|") || line.startsWith("    ");
      if (!exempt && TARGET.matcher(line).replaceAll("]").length() > MAX_COLUMNS) {
        tooLong.add(page + ":" + (i + 1));
      }
    }
    return tooLong;
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              pages.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }
}
