// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.output.OutputFile;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Writes the rows of a table of answers to its file, each as soon as it is available, so that a
 * command that is killed has written the earlier ones. The first answer replaces what the file had
 * before. At the end of the run, {@link AnswerSheet#write} replaces the file by the whole table.
 * Not thread-safe.
 */
public final class AnswerRows implements PrivateRun.Answers, AutoCloseable {
  private final Optional<OutputFile> file;
  private final Sheets sheets;
  private Writer writer;
  private boolean failed;

  /** Makes a sheet of one answer. */
  @FunctionalInterface
  interface Sheets {
    /** Returns the sheet of an image. */
    AnswerSheet of(int image, float[] logits);
  }

  /**
   * Prepares to write; the file stays as it is until the first answer.
   *
   * @param file the table; empty if there is none to write
   * @param sheets makes the row of an answer
   */
  AnswerRows(Optional<OutputFile> file, Sheets sheets) {
    // What is no file gets the whole at once.
    this.file = file.filter(OutputFile::isReplaceable);
    this.sheets = sheets;
  }

  /** Returns what tells others of an answer after it is written. */
  public PrivateRun.Answers and(PrivateRun.Answers others) {
    return (image, logits) -> {
      onAnswer(image, logits);
      others.onAnswer(image, logits);
    };
  }

  /**
   * Writes a row, unless an earlier one could not be written.
   *
   * @throws io.pascaline.cli.output.CommandFault if the disk refuses
   */
  @Override
  public void onAnswer(int image, float[] logits) {
    file.ifPresent(
        table -> {
          if (failed) {
            return;
          }
          AnswerSheet sheet = sheets.of(image, logits);
          try {
            if (writer == null) {
              writer = Files.newBufferedWriter(table.path(), StandardCharsets.UTF_8);
              writer.write(sheet.csvHeading());
            }
            writer.write(sheet.csvRow(0));
            writer.flush();
          } catch (IOException e) {
            failed = true;
            throw table.unwritable(e);
          }
        });
  }

  @Override
  public void close() {
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        throw file.orElseThrow().unwritable(e);
      }
    }
  }
}
