// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.table;

import io.pascaline.images.InputSource;
import java.util.List;

/** Inputs of any shape as numbers, kept in memory. Immutable and thread-safe. */
public final class NumberTable implements InputSource {
  private final String description;
  private final List<String> names;
  private final List<float[]> rows;
  private final double[] targets;
  private final List<String> notes;

  /**
   * Makes a table.
   *
   * @param description where the numbers come from
   * @param names of the inputs
   * @param rows as many, each of one input's elements, row-major. Kept.
   * @param targetsOrNull what is right for each, NaN where it is not known; null for none. Kept.
   * @param notes what the user should know
   */
  NumberTable(
      String description,
      List<String> names,
      List<float[]> rows,
      double[] targetsOrNull,
      List<String> notes) {
    this.description = description;
    this.names = List.copyOf(names);
    this.rows = List.copyOf(rows);
    this.targets = targetsOrNull;
    this.notes = List.copyOf(notes);
  }

  /**
   * Returns one input.
   *
   * @param index from 0 to {@code count() - 1}
   * @return row-major, a fresh array
   */
  public float[] values(int index) {
    return rows.get(index).clone();
  }

  @Override
  public int count() {
    return rows.size();
  }

  @Override
  public String name(int index) {
    return names.get(index);
  }

  @Override
  public int label(int index) {
    double target = target(index);
    return target >= 0 && target == Math.rint(target) && target < Integer.MAX_VALUE
        ? (int) target
        : NO_LABEL;
  }

  @Override
  public double target(int index) {
    return targets == null ? Double.NaN : targets[index];
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    // Everything is in memory.
  }
}
