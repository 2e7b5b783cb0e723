// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import java.util.Objects;

/**
 * What follows a network's last layer and needs no secret: the client applies it to the answer that
 * it alone has. Immutable and thread-safe; the model's weights are not in it.
 *
 * <p>Functions over an axis see the output as {@code [outer, axisLength, innerCount]}.
 *
 * @param kind the function
 * @param axisLength how many numbers belong together; 1 where each stands for itself
 * @param innerCount how many elements lie between two that belong together, plus one
 */
public record OutputTransform(Kind kind, int axisLength, int innerCount) {
  /** The answer as the last layer makes it. */
  public static final OutputTransform NONE = new OutputTransform(Kind.NONE, 1, 1);

  /** The functions; {@link #code()} is their number in plans. */
  public enum Kind {
    /** Nothing. */
    NONE(0),
    /** The logistic function of each element. */
    SIGMOID(1),
    /** Exponentials, divided by their sum over the axis. */
    SOFTMAX(2),
    /** Logarithms of {@link #SOFTMAX}. */
    LOG_SOFTMAX(3),
    /** The place of the first largest element along the axis. */
    ARG_MAX(4),
    /** The place of the first smallest element along the axis. */
    ARG_MIN(5);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** Returns the number in a plan. */
    public int code() {
      return code;
    }

    /**
     * Returns the function of a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("code is " + code + ", which is no output transform");
    }
  }

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException if a count is not positive, or not 1 where there is no axis
   */
  public OutputTransform {
    Objects.requireNonNull(kind, "kind");
    boolean elementwise = kind == Kind.NONE || kind == Kind.SIGMOID;
    if (axisLength < 1 || elementwise && axisLength != 1) {
      throw new IllegalArgumentException("axisLength is " + axisLength + " for " + kind);
    }
    if (innerCount < 1 || elementwise && innerCount != 1) {
      throw new IllegalArgumentException("innerCount is " + innerCount + " for " + kind);
    }
  }

  /** Returns a function of each element. */
  public static OutputTransform elementwise(Kind kind) {
    return new OutputTransform(kind, 1, 1);
  }

  /**
   * Checks that the function fits an output.
   *
   * @return this
   * @throws IllegalArgumentException if the output does not consist of whole groups
   */
  public OutputTransform requireFits(int outputElementCount) {
    if (outputElementCount % ((long) axisLength * innerCount) != 0) {
      throw new IllegalArgumentException(
          this + " does not fit an output of " + outputElementCount + " elements");
    }
    return this;
  }

  /**
   * Applies the function.
   *
   * @param output what the last layer makes, row-major; not changed
   * @return what the model answers, a new array; of {@link Kind#ARG_MAX} and {@link Kind#ARG_MIN},
   *     one place for each group
   * @throws IllegalArgumentException if the output does not consist of whole groups
   */
  public float[] apply(float[] output) {
    requireFits(output.length);
    return switch (kind) {
      case NONE -> output.clone();
      case SIGMOID -> sigmoid(output);
      case SOFTMAX -> softmax(output, false);
      case LOG_SOFTMAX -> softmax(output, true);
      case ARG_MAX -> places(output, 1);
      case ARG_MIN -> places(output, -1);
    };
  }

  /**
   * Returns how many classes an answer chooses one from.
   *
   * @param outputElementCount elements of the last layer's output
   * @return 0 if the answer is not a single class, as where each pixel has one
   * @throws IllegalArgumentException if the output does not consist of whole groups
   */
  public int classCount(int outputElementCount) {
    requireFits(outputElementCount);
    return switch (kind) {
      case NONE -> outputElementCount;
      // One probability is that of the second of two classes.
      case SIGMOID -> outputElementCount == 1 ? 2 : outputElementCount;
      case SOFTMAX, LOG_SOFTMAX, ARG_MAX, ARG_MIN ->
          outputElementCount == axisLength ? axisLength : 0;
    };
  }

  /**
   * Returns a number for each class, which is the larger the more the answer prefers the class.
   *
   * @param output what the last layer makes, row-major; not changed
   * @return a new array of {@link #classCount} numbers
   * @throws IllegalArgumentException if the answer is not a single class
   */
  public float[] preferences(float[] output) {
    int count = classCount(output.length);
    if (count == 0) {
      throw new IllegalArgumentException(
          this + " makes " + output.length / axisLength + " classes of an output, not one");
    }
    if (count > output.length) {
      return new float[] {0, output[0]};
    }
    float[] preferences = output.clone();
    for (int i = 0; kind == Kind.ARG_MIN && i < preferences.length; i++) {
      preferences[i] = -preferences[i];
    }
    return preferences;
  }

  /**
   * Returns the class that the model answers: the first of those that it prefers alike.
   *
   * @param output what the last layer makes, row-major; not changed
   * @return the place of the smallest element for {@link Kind#ARG_MIN}; of a single {@link
   *     Kind#SIGMOID}, 1 above one half and else 0; otherwise the place of the largest element
   * @throws IllegalArgumentException if the answer is not a single class
   */
  public int classOf(float[] output) {
    float[] preferences = preferences(output);
    int best = 0;
    for (int i = 1; i < preferences.length; i++) {
      if (preferences[i] > preferences[best]) {
        best = i;
      }
    }
    return best;
  }

  private static float[] sigmoid(float[] output) {
    float[] answer = new float[output.length];
    for (int i = 0; i < answer.length; i++) {
      answer[i] = (float) ScalarFunction.Operation.SIGMOID.value(output[i]);
    }
    return answer;
  }

  private float[] softmax(float[] output, boolean logarithm) {
    float[] answer = new float[output.length];
    int group = axisLength * innerCount;
    for (int first = 0; first < output.length; first += group) {
      for (int inner = 0; inner < innerCount; inner++) {
        int start = first + inner;
        double max = output[start + innerCount * place(output, start, 1)];
        double sum = 0;
        for (int k = 0; k < axisLength; k++) {
          sum += StrictMath.exp(output[start + k * innerCount] - max);
        }
        double log = max + StrictMath.log(sum);
        for (int k = 0; k < axisLength; k++) {
          double value = output[start + k * innerCount] - log;
          answer[start + k * innerCount] = (float) (logarithm ? value : StrictMath.exp(value));
        }
      }
    }
    return answer;
  }

  private float[] places(float[] output, int sign) {
    float[] answer = new float[output.length / axisLength];
    for (int i = 0; i < answer.length; i++) {
      int start = i / innerCount * axisLength * innerCount + i % innerCount;
      answer[i] = place(output, start, sign);
    }
    return answer;
  }

  /** Returns where along the axis the first largest element is, of sign 1; or smallest, of -1. */
  private int place(float[] output, int start, int sign) {
    int best = 0;
    for (int k = 1; k < axisLength; k++) {
      if (sign * output[start + k * innerCount] > sign * output[start + best * innerCount]) {
        best = k;
      }
    }
    return best;
  }
}
