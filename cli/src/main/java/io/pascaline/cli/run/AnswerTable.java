// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.images.ImageSource;
import java.io.PrintWriter;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Prints answers as rows of a table, each when it is there, so that a run that fails has told what
 * it knew. Columns are as wide as their contents can be. Not thread-safe.
 */
public final class AnswerTable {
  private static final int MAX_ROWS = 15;
  private static final String UNKNOWN = "-";

  private final PrintWriter out;
  private final ImageSource source;
  private final int[] labels;
  private final float[][] plainLogitsOrNull;
  private final List<String> classNames;
  private final String format;
  private final SortedMap<Integer, float[]> kept = new TreeMap<>();
  private boolean headed;

  AnswerTable(
      PrintWriter out,
      ImageSource source,
      int[] labels,
      float[][] plainLogitsOrNull,
      List<String> classNames) {
    this.out = out;
    this.source = source;
    this.labels = labels;
    this.plainLogitsOrNull = plainLogitsOrNull;
    this.classNames = classNames;
    int imageWidth = "image".length();
    for (int i = 0; i < source.count(); i++) {
      imageWidth = Math.max(imageWidth, source.name(i).length());
    }
    int classWidth = "plaintext".length();
    for (String name : classNames) {
      classWidth = Math.max(classWidth, name.length());
    }
    String column = "   %-" + classWidth + "s";
    this.format = "  %-" + imageWidth + "s" + column.repeat(3) + "   %s";
  }

  /**
   * Prints one answer; the headings before the first.
   *
   * @param image its index
   * @param logits the answer
   */
  public void print(int image, float[] logits) {
    if (!headed) {
      headed = true;
      row("image", "label", "private", "plaintext", "");
    }
    int label = labels[image];
    int prediction = Score.largest(logits);
    row(
        source.name(image),
        label == ImageSource.NO_LABEL ? UNKNOWN : name(label),
        name(prediction),
        plainLogitsOrNull == null ? UNKNOWN : name(Score.largest(plainLogitsOrNull[image])),
        label == ImageSource.NO_LABEL ? "" : label == prediction ? "right" : "wrong");
  }

  /** Keeps an answer for {@link #printFirst} if it is of one of the first images. */
  public void keepFirst(int image, float[] logits) {
    if (image < MAX_ROWS) {
      kept.put(image, logits);
    }
  }

  /** Prints what was kept, and how many images there are beyond. */
  public void printFirst() {
    kept.forEach(this::print);
    if (source.count() > MAX_ROWS) {
      out.println("  ... and " + (source.count() - MAX_ROWS) + " more");
    }
  }

  private void row(Object... cells) {
    out.println(String.format(format, cells).stripTrailing());
    out.flush();
  }

  private String name(int index) {
    return index < classNames.size() ? classNames.get(index) : Integer.toString(index);
  }
}
