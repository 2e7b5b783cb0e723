// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSource;
import io.pascaline.images.table.NumberTable;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The images or numbers of a source as a model's inputs. All pictures are decoded when this is
 * made, so a corrupt one is found before anything else starts; their samples are kept while they
 * are few, and decoded again when they are many. Owns the source, which is closed with it. Not
 * thread-safe.
 */
public final class NetworkInputs implements IntFunction<float[]>, AutoCloseable {
  private static final long MAX_KEPT_BYTES = 1L << 29;

  private final InputSource source;
  private final IntFunction<float[]> values;

  private NetworkInputs(InputSource source, IntFunction<float[]> values) {
    this.source = source;
    this.values = values;
  }

  /**
   * Reads all images.
   *
   * @param source the images
   * @param scale from samples to inputs
   * @return their inputs
   * @throws io.pascaline.images.DataFault if an image cannot be read; the source is closed then
   */
  public static NetworkInputs ofImages(ImageSource source, PixelScale scale) {
    byte[][] kept = new byte[source.count()][];
    try {
      long keptBytes = 0;
      for (int i = 0; i < kept.length; i++) {
        byte[] samples = source.samples(i);
        keptBytes += samples.length;
        if (keptBytes <= MAX_KEPT_BYTES) {
          kept[i] = samples;
        }
      }
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
    return new NetworkInputs(
        source, index -> scale.apply(kept[index] != null ? kept[index] : source.samples(index)));
  }

  /**
   * Takes numbers as they are.
   *
   * @param table the inputs
   */
  public static NetworkInputs ofNumbers(NumberTable table) {
    return new NetworkInputs(table, table::values);
  }

  /** Number of inputs. */
  public int count() {
    return source.count();
  }

  /**
   * Returns the class of each input.
   *
   * @param classCount number of the model's classes
   * @return class index or {@link InputSource#NO_LABEL}, a fresh array
   * @throws CommandFault if a label is no class of the model
   */
  public int[] labels(int classCount) {
    int[] labels = new int[count()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = source.label(i);
      if (labels[i] == InputSource.NO_LABEL && !Double.isNaN(source.target(i))) {
        throw new CommandFault(
            source.name(i) + " has the label " + source.target(i) + ", which is not a class index",
            "number the classes from 0, or compare values with --task regression");
      }
      if (labels[i] >= classCount) {
        throw new CommandFault(
            source.name(i)
                + " is of class "
                + labels[i]
                + ", the model has "
                + classCount
                + " classes (0 to "
                + (classCount - 1)
                + ")",
            "check that labels and model belong together");
      }
    }
    return labels;
  }

  /** Returns {@link InputSource#NO_LABEL} for each input, a fresh array. */
  public int[] noLabels() {
    int[] labels = new int[count()];
    Arrays.fill(labels, InputSource.NO_LABEL);
    return labels;
  }

  /** Returns the value that is right for each input of a regression, NaN where it is not known. */
  public double[] targets() {
    double[] targets = new double[count()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = source.target(i);
    }
    return targets;
  }

  /** Returns what to call an input in tables and errors. */
  public String name(int index) {
    return source.name(index);
  }

  /** Returns the names of the classes that the source knows; may be empty. */
  public List<String> classNames() {
    return source.classNames();
  }

  /** Returns what the user should know about the source, one line each. */
  public List<String> notes() {
    return source.notes();
  }

  /** Returns where the inputs come from, for reports. */
  public String describe() {
    return source.describe();
  }

  /**
   * Returns one input.
   *
   * @param index of the input
   * @return row-major, a fresh array
   */
  @Override
  public float[] apply(int index) {
    return values.apply(index);
  }

  /**
   * Returns all inputs, each made when it is read: a sample takes a quarter of the memory of a
   * float.
   */
  List<float[]> values() {
    int count = count();
    return new AbstractList<>() {
      @Override
      public float[] get(int index) {
        return values.apply(index);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }

  @Override
  public void close() {
    source.close();
  }
}
