// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.Task;
import io.pascaline.images.InputSource;
import io.pascaline.layers.graph.OutputTransform;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints answers as rows of a table, each as soon as it is available, so that a run that fails has
 * printed the earlier answers. Columns are as wide as their contents can become. Not thread-safe.
 */
public final class AnswerTable {
  private static final int MAX_ROWS = 15;
  private static final int MAX_VALUES = 5;
  private static final int VALUE_WIDTH = 12;
  private static final String UNKNOWN = "-";

  private final PrintWriter out;
  private final Task task;
  private final NetworkInputs inputs;
  private final int[] labels;
  private final float[][] plainLogitsOrNull;
  private final List<String> classNames;
  private final UnaryOperator<float[]> answer;
  private final OutputTransform transform;
  private final String format;
  private final SortedMap<Integer, float[]> kept = new TreeMap<>();
  private boolean headed;

  AnswerTable(
      PrintWriter out,
      Task task,
      NetworkInputs inputs,
      int[] labels,
      float[][] plainLogitsOrNull,
      List<String> classNames,
      UnaryOperator<float[]> answer,
      OutputTransform transform) {
    this.out = out;
    this.answer = answer;
    this.transform = transform;
    this.task = task;
    this.inputs = inputs;
    this.labels = labels;
    this.plainLogitsOrNull = plainLogitsOrNull;
    this.classNames = classNames;
    int imageWidth = "image".length();
    for (int i = 0; i < inputs.count(); i++) {
      imageWidth = Math.max(imageWidth, inputs.name(i).length());
    }
    int classWidth = task == Task.REGRESSION ? VALUE_WIDTH : "plaintext".length();
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
    boolean regression = task == Task.REGRESSION;
    if (!headed) {
      headed = true;
      row("image", regression ? "correct value" : "label", "private", "plaintext", "");
    }
    if (regression) {
      double target = inputs.targets()[image];
      row(
          inputs.name(image),
          Double.isNaN(target) ? UNKNOWN : value(target),
          values(answer.apply(logits)),
          plainLogitsOrNull == null ? UNKNOWN : values(answer.apply(plainLogitsOrNull[image])),
          "");
      return;
    }
    int label = labels[image];
    int prediction = transform.classOf(logits);
    row(
        inputs.name(image),
        label == InputSource.NO_LABEL ? UNKNOWN : name(label),
        name(prediction),
        plainLogitsOrNull == null ? UNKNOWN : name(transform.classOf(plainLogitsOrNull[image])),
        label == InputSource.NO_LABEL ? "" : label == prediction ? "right" : "wrong");
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
    if (inputs.count() > MAX_ROWS) {
      out.println("  ... and " + (inputs.count() - MAX_ROWS) + " more");
    }
  }

  private void row(Object... cells) {
    out.println(String.format(format, cells).stripTrailing());
    out.flush();
  }

  private static String values(float[] outputs) {
    String first =
        IntStream.range(0, Math.min(MAX_VALUES, outputs.length))
            .mapToObj(k -> value(outputs[k]))
            .collect(Collectors.joining(", "));
    return outputs.length > MAX_VALUES ? first + ", ..." : first;
  }

  private static String value(double value) {
    return String.format(Locale.ROOT, "%.7g", value);
  }

  private String name(int index) {
    return index < classNames.size() ? classNames.get(index) : Integer.toString(index);
  }
}
