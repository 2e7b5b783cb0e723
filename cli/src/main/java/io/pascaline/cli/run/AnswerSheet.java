// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.cli.options.AnswerFormat;
import io.pascaline.cli.options.Task;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.images.InputSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;

/**
 * The private answers by input, for files.
 *
 * @param task what the outputs are
 * @param names of the inputs
 * @param labels class index by input, or {@link InputSource#NO_LABEL}
 * @param targets what is right for a regression, by input, or NaN
 * @param classNames by class, or empty
 * @param scores by input; null without an answer
 * @param preferences by input, a number for each class that is the larger the likelier it is; null
 *     without an answer
 */
public record AnswerSheet(
    Task task,
    List<String> names,
    int[] labels,
    double[] targets,
    List<String> classNames,
    float[][] scores,
    float[][] preferences) {
  private static final int TOP = 5;
  private static final int NPY_ALIGNMENT = 64;
  private static final String NPY_MAGIC = "\u0093NUMPY\1\0";

  /** Copies the lists. */
  public AnswerSheet {
    names = List.copyOf(names);
    classNames = List.copyOf(classNames);
  }

  private String className(int index) {
    return index < classNames.size() ? classNames.get(index) : Integer.toString(index);
  }

  /** Returns the classes of an input from the likeliest on, five at most. */
  private List<Integer> top(int input) {
    // Scores of unlike classes may be equal, as where a sigmoid reaches 1.
    float[] all = preferences[input];
    return IntStream.range(0, all.length)
        .boxed()
        .sorted(Comparator.comparingDouble(k -> -all[k]))
        .limit(TOP)
        .toList();
  }

  /**
   * Adds one object for each input.
   *
   * @param array of the report
   */
  void addTo(ArrayNode array) {
    for (int i = 0; i < names.size(); i++) {
      ObjectNode node = array.addObject();
      node.put("name", names.get(i));
      if (task == Task.REGRESSION) {
        node.put("target", Double.isNaN(targets[i]) ? null : targets[i]);
      } else {
        node.put("label", labels[i] == InputSource.NO_LABEL ? null : labels[i]);
      }
      if (scores[i] == null) {
        node.putNull("scores");
        continue;
      }
      if (task == Task.CLASSIFICATION) {
        node.put("class", top(i).get(0));
        node.put("className", className(top(i).get(0)));
        ArrayNode five = node.putArray("topFive");
        for (int k : top(i)) {
          ObjectNode one = five.addObject();
          one.put("class", k).put("className", className(k)).put("score", scores[i][k]);
        }
      }
      ArrayNode all = node.putArray("scores");
      for (float score : scores[i]) {
        all.add(score);
      }
    }
  }

  /**
   * Writes the answers in the format that the file's name tells.
   *
   * @throws io.pascaline.cli.output.CommandFault if the disk refuses
   */
  public void write(OutputFile file) {
    AnswerFormat format = AnswerFormat.of(file);
    if (format == AnswerFormat.JSON) {
      ArrayNode array = new ObjectMapper().createArrayNode();
      addTo(array);
      file.writeJson(array);
    } else {
      file.write(format == AnswerFormat.NPY ? npy() : csv().getBytes(StandardCharsets.UTF_8));
    }
  }

  private int outputCount() {
    for (float[] some : scores) {
      if (some != null) {
        return some.length;
      }
    }
    return 0;
  }

  private byte[] npy() {
    int columns = outputCount();
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + scores.length
            + ", "
            + columns
            + "), }";
    int unpadded = NPY_MAGIC.length() + 2 + header.length() + 1;
    int padding = Math.floorMod(-unpadded, NPY_ALIGNMENT);
    String padded = header + " ".repeat(padding) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(unpadded + padding + scores.length * columns * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(NPY_MAGIC.getBytes(StandardCharsets.ISO_8859_1))
            .putShort((short) padded.length())
            .put(padded.getBytes(StandardCharsets.ISO_8859_1));
    for (float[] row : scores) {
      for (int k = 0; k < columns; k++) {
        bytes.putFloat(row == null ? Float.NaN : row[k]);
      }
    }
    return bytes.array();
  }

  private String csv() {
    StringBuilder text = new StringBuilder(csvHeading());
    for (int i = 0; i < names.size(); i++) {
      text.append(csvRow(i));
    }
    return text.toString();
  }

  private int topCount() {
    return task == Task.CLASSIFICATION ? Math.min(TOP, outputCount()) : 0;
  }

  /** Returns the first line of a table, with its end. */
  String csvHeading() {
    int columns = outputCount();
    int five = topCount();
    List<String> heading = new ArrayList<>();
    heading.add("name");
    heading.add(task == Task.CLASSIFICATION ? "label" : "target");
    for (int k = 0; k < five; k++) {
      heading.add(k == 0 ? "class" : "class " + (k + 1));
    }
    for (int k = 0; k < columns; k++) {
      heading.add((task == Task.CLASSIFICATION ? "score " : "value ") + className(k));
    }
    return line(heading);
  }

  /** Returns the line of an input, with its end. */
  String csvRow(int input) {
    return line(row(input, topCount(), outputCount()));
  }

  private static String line(List<?> cells) {
    return CSVFormat.DEFAULT.format(cells.toArray()) + "\n";
  }

  private List<Object> row(int input, int five, int columns) {
    List<Object> row = new ArrayList<>();
    row.add(names.get(input));
    if (task == Task.CLASSIFICATION) {
      row.add(labels[input] == InputSource.NO_LABEL ? "" : className(labels[input]));
    } else {
      row.add(Double.isNaN(targets[input]) ? "" : targets[input]);
    }
    for (int k = 0; k < five; k++) {
      row.add(scores[input] == null ? "" : className(top(input).get(k)));
    }
    for (int k = 0; k < columns; k++) {
      row.add(scores[input] == null ? "" : scores[input][k]);
    }
    return row;
  }
}
