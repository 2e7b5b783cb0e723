// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.cli.options.Task;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.images.InputSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers in a table that grows during the run. */
class AnswerRowsTest {
  private static final float[][] SCORES = {{0.25f, 0.75f}, {0.5f, -1}};

  @TempDir private Path folder;

  private final PrintWriter standardOutput = new PrintWriter(new StringWriter());

  private static AnswerSheet sheet(int first, int end) {
    List<String> names = List.of("a.png", "b,c.png").subList(first, end);
    float[][] scores = List.of(SCORES).subList(first, end).toArray(float[][]::new);
    int[] labels = new int[end - first];
    Arrays.fill(labels, InputSource.NO_LABEL);
    return new AnswerSheet(
        Task.CLASSIFICATION,
        names,
        labels,
        new double[end - first],
        List.of("cat", "dog"),
        scores,
        scores);
  }

  private AnswerRows rows(Optional<OutputFile> file) {
    return new AnswerRows(file, (image, logits) -> sheet(image, image + 1));
  }

  private OutputFile file(String name) {
    return new OutputFile("--output", folder.resolve(name), standardOutput);
  }

  @Test
  void shouldHaveWrittenEachAnswerBeforeTheNextComes() throws IOException {
    OutputFile file = file("answers.csv");
    Files.writeString(file.path(), "a former table\n");
    String heading = "name,label,class,class 2,score cat,score dog\n";
    List<Integer> told = new ArrayList<>();
    try (AnswerRows rows = rows(Optional.of(file))) {
      PrivateRun.Answers answers = rows.and((image, logits) -> told.add(image));
      assertEquals("a former table\n", Files.readString(file.path()));
      answers.onAnswer(0, SCORES[0]);
      assertEquals(heading + "a.png,,dog,cat,0.25,0.75\n", Files.readString(file.path()));
      answers.onAnswer(1, SCORES[1]);
      assertEquals(
          heading + "a.png,,dog,cat,0.25,0.75\n\"b,c.png\",,cat,dog,0.5,-1.0\n",
          Files.readString(file.path()));
    }
    String written = Files.readString(file.path());
    sheet(0, 2).write(file);
    assertEquals(Files.readString(file.path()), written);
    assertEquals(List.of(0, 1), told);
  }

  @Test
  void shouldWriteNothingWithoutATable() {
    List<Integer> told = new ArrayList<>();
    try (AnswerRows rows = rows(Optional.empty())) {
      rows.and((image, logits) -> told.add(image)).onAnswer(0, SCORES[0]);
    }
    rows(Optional.of(file("answers.csv"))).close();
    assertFalse(Files.exists(folder.resolve("answers.csv")), "without any answer");
    assertEquals(List.of(0), told);
  }

  @Test
  void shouldTellWhichOptionNamesAFileThatCannotBeWritten() {
    try (AnswerRows rows = rows(Optional.of(file("gone/answers.csv")))) {
      CommandFault fault = assertThrows(CommandFault.class, () -> rows.onAnswer(0, SCORES[0]));
      assertEquals(
          "--output " + folder.resolve("gone/answers.csv"),
          fault.getMessage().substring(0, fault.getMessage().indexOf(" cannot be written")));
    }
  }
}
