// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A sum of cosines and sines of a tensor. Immutable. */
final class Waves {
  static final Waves NONE = new Waves(new TreeMap<>());

  /** Frequencies this close in ratio are the same float, computed in two ways. */
  private static final double SAME = 0x1.0p-22;

  /** Amplitudes of the cosine and of the sine, by positive frequency. */
  private final NavigableMap<Double, Amplitudes> amplitudes;

  private record Amplitudes(double cosine, double sine) {
    Amplitudes plus(Amplitudes other) {
      return new Amplitudes(cosine + other.cosine, sine + other.sine);
    }
  }

  private Waves(NavigableMap<Double, Amplitudes> amplitudes) {
    this.amplitudes = amplitudes;
  }

  /** {@code cos(phase + frequency x)}, by the addition theorem. */
  static Waves cosine(double phase, double frequency) {
    return wave(frequency, StrictMath.cos(phase), -StrictMath.sin(phase));
  }

  /** {@code sin(phase + frequency x)}. */
  static Waves sine(double phase, double frequency) {
    return wave(frequency, StrictMath.sin(phase), StrictMath.cos(phase));
  }

  private static Waves wave(double frequency, double cosine, double sine) {
    NavigableMap<Double, Amplitudes> one = new TreeMap<>();
    one.put(Math.abs(frequency), new Amplitudes(cosine, frequency < 0 ? -sine : sine));
    return new Waves(one);
  }

  boolean isEmpty() {
    return amplitudes.isEmpty();
  }

  boolean isFinite() {
    return amplitudes.entrySet().stream()
        .allMatch(
            wave ->
                Double.isFinite(wave.getKey())
                    && Double.isFinite(wave.getValue().cosine())
                    && Double.isFinite(wave.getValue().sine()));
  }

  /** Returns the sum, or null if it has more waves than a {@link TrigonometricBasis} can have. */
  Waves plusOrNull(Waves other) {
    NavigableMap<Double, Amplitudes> sum = new TreeMap<>(amplitudes);
    other.amplitudes.forEach((frequency, added) -> sum.merge(frequency, added, Amplitudes::plus));
    sum.values().removeIf(a -> a.cosine == 0 && a.sine == 0);
    return sum.size() > TrigonometricBasis.MAX_HARMONICS ? null : new Waves(sum);
  }

  Waves times(double factor) {
    if (factor == 0) {
      return NONE;
    }
    NavigableMap<Double, Amplitudes> product = new TreeMap<>();
    amplitudes.forEach(
        (frequency, a) ->
            product.put(frequency, new Amplitudes(a.cosine * factor, a.sine * factor)));
    return new Waves(product);
  }

  Waves dividedBy(double divisor) {
    NavigableMap<Double, Amplitudes> quotient = new TreeMap<>();
    amplitudes.forEach(
        (frequency, a) ->
            quotient.put(frequency, new Amplitudes(a.cosine / divisor, a.sine / divisor)));
    return new Waves(quotient);
  }

  /**
   * These waves about a line, or null if their frequencies are not small multiples of one. The
   * lowest frequency need not be the fundamental one.
   */
  ActivationBasis basisOrNull(double constant, double slope) {
    for (int lowest = 1; lowest <= TrigonometricBasis.MAX_HARMONICS; lowest++) {
      int[] harmonics = harmonicsOrNull(amplitudes.firstKey() / lowest);
      if (harmonics != null) {
        return basis(constant, slope, harmonics);
      }
    }
    return null;
  }

  /** Returns an expression and these waves. */
  ScalarFunction addedTo(ScalarFunction expression) {
    ScalarFunction sum = expression;
    for (Map.Entry<Double, Amplitudes> wave : amplitudes.entrySet()) {
      ScalarFunction angle =
          new ScalarFunction.Argument().combine(Combination.MULTIPLY, wave.getKey());
      sum = added(sum, angle.apply(Operation.COS), wave.getValue().cosine());
      sum = added(sum, angle.apply(Operation.SIN), wave.getValue().sine());
    }
    return sum;
  }

  private static ScalarFunction added(ScalarFunction sum, ScalarFunction wave, double amplitude) {
    return amplitude == 0
        ? sum
        : sum.combine(Combination.ADD, wave.combine(Combination.MULTIPLY, amplitude));
  }

  /** Returns which multiple of the fundamental each frequency is, or null if one is none. */
  private int[] harmonicsOrNull(double fundamental) {
    int[] harmonics = new int[amplitudes.size()];
    int i = 0;
    for (double frequency : amplitudes.keySet()) {
      double ratio = frequency / fundamental;
      double nearest = Math.rint(ratio);
      if (!(nearest <= TrigonometricBasis.MAX_HARMONICS)
          || Math.abs(ratio - nearest) > 2 * SAME * nearest) {
        return null;
      }
      harmonics[i++] = (int) nearest;
    }
    return harmonics;
  }

  private ActivationBasis basis(double constant, double slope, int[] harmonics) {
    int count = harmonics[harmonics.length - 1];
    double[] cosines = new double[count];
    double[] sines = new double[count];
    int i = 0;
    for (Amplitudes a : amplitudes.values()) {
      // Two floats that stand for the same multiple are one wave.
      cosines[harmonics[i] - 1] += a.cosine;
      sines[harmonics[i] - 1] += a.sine;
      i++;
    }
    return new TrigonometricBasis(constant, slope, period(harmonics), cosines, sines);
  }

  /**
   * Returns the roundest period that gives the very floats of the file, as that from which they
   * were computed will be; without one, that of the highest frequency, which moves no other by more
   * than its rounding.
   */
  private double period(int[] harmonics) {
    double exact = 2 * Math.PI * harmonics[harmonics.length - 1] / amplitudes.lastKey();
    for (int bits = 3; bits <= 32; bits++) {
      double unit = Math.scalb(1.0, Math.getExponent(exact) - bits);
      double candidate = Math.rint(exact / unit) * unit;
      if (candidate > 0 && givesTheFrequencies(candidate, harmonics)) {
        return candidate;
      }
    }
    return exact;
  }

  private boolean givesTheFrequencies(double period, int[] harmonics) {
    int i = 0;
    for (double frequency : amplitudes.keySet()) {
      if ((float) (2 * Math.PI * harmonics[i++] / period) != frequency) {
        return false;
      }
    }
    return true;
  }
}
