// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.share.DoubleWordPlanes;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops on the Vector API of the JDK. Only to be touched where module {@code jdk.incubator.vector}
 * is present. Elements that fill no vector are left to {@link ScalarBlockKernel}.
 */
final class VectorBlockKernel implements BlockKernel {
  static final BlockKernel INSTANCE = new VectorBlockKernel();

  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, DOUBLES.vectorShape());

  /** As many words as there are doubles in a vector. */
  private static final VectorSpecies<Integer> WORDS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  static final int LANES = DOUBLES.length();

  /** The classes of all vectors here: a cast to them tells compilers what they fail to infer. */
  private static final Class<?> DOUBLE_VECTOR = DOUBLES.vectorType();

  private static final Class<?> LONG_VECTOR = LONGS.vectorType();

  private static final Class<?> WORD_VECTOR = WORDS.vectorType();

  private static final long LOW_WORD = 0xFFFFFFFFL;

  private VectorBlockKernel() {}

  @Override
  public void read(
      int[] words, int at, int kept, int turned, int offset, double unit, double[] out, int count) {
    int whole = DOUBLES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      Vector<Double> integers =
          IntVector.fromArray(WORDS, words, at + i)
              .and(kept)
              .lanewise(VectorOperators.XOR, turned)
              .sub(offset)
              .convertShape(VectorOperators.I2D, DOUBLES, 0);
      ((DoubleVector) DOUBLE_VECTOR.cast(integers)).mul(unit).intoArray(out, i);
    }
    ScalarBlockKernel.read(words, at, kept, turned, offset, unit, out, whole, count);
  }

  @Override
  public void truncate(long[] sums, int[] words, int at, int count) {
    int whole = DOUBLES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      Vector<Integer> high =
          LongVector.fromArray(LONGS, sums, i)
              .lanewise(VectorOperators.LSHR, 32)
              .convertShape(VectorOperators.L2I, WORDS, 0);
      ((IntVector) WORD_VECTOR.cast(high)).intoArray(words, at + i);
    }
    ScalarBlockKernel.truncate(sums, words, at, whole, count);
  }

  @Override
  public void encode(double[] values, double scale, double max, long[] encoded, int count) {
    if (!(max < FixedPoint.NARROW_LIMIT)) {
      FixedPoint.encode(values, scale, max, encoded, count);
      return;
    }
    for (int i = 0; i < count; i += LANES) {
      DoubleVector rounded =
          DoubleVector.fromArray(DOUBLES, values, i).mul(scale).add(FixedPoint.INTEGERS);
      rounded.reinterpretAsLongs().sub(FixedPoint.INTEGERS_BITS).intoArray(encoded, i);
    }
  }

  @Override
  public void subtractFrom(long[] minuends, int[] planes, int low, int high, int count) {
    int whole = DOUBLES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      Vector<Long> lowWords =
          IntVector.fromArray(WORDS, planes, low + i).convertShape(VectorOperators.I2L, LONGS, 0);
      Vector<Long> highWords =
          IntVector.fromArray(WORDS, planes, high + i).convertShape(VectorOperators.I2L, LONGS, 0);
      LongVector share =
          ((LongVector) LONG_VECTOR.cast(highWords))
              .lanewise(VectorOperators.LSHL, 32)
              .or(((LongVector) LONG_VECTOR.cast(lowWords)).and(LOW_WORD));
      LongVector difference = LongVector.fromArray(LONGS, minuends, i).sub(share);
      Vector<Integer> differenceLow = difference.convertShape(VectorOperators.L2I, WORDS, 0);
      Vector<Integer> differenceHigh =
          difference.lanewise(VectorOperators.LSHR, 32).convertShape(VectorOperators.L2I, WORDS, 0);
      ((IntVector) WORD_VECTOR.cast(differenceLow)).intoArray(planes, low + i);
      ((IntVector) WORD_VECTOR.cast(differenceHigh)).intoArray(planes, high + i);
    }
    DoubleWordPlanes.subtractFrom(minuends, whole, count, planes, low, high);
  }

  @Override
  public void addProducts(long[] factors, int[] planes, int low, int high, long[] sums, int count) {
    int whole = DOUBLES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      Vector<Long> lowWords =
          IntVector.fromArray(WORDS, planes, low + i).convertShape(VectorOperators.I2L, LONGS, 0);
      Vector<Long> highWords =
          IntVector.fromArray(WORDS, planes, high + i).convertShape(VectorOperators.I2L, LONGS, 0);
      LongVector share =
          ((LongVector) LONG_VECTOR.cast(highWords))
              .lanewise(VectorOperators.LSHL, 32)
              .or(((LongVector) LONG_VECTOR.cast(lowWords)).and(LOW_WORD));
      LongVector.fromArray(LONGS, factors, i)
          .mul(share)
          .add(LongVector.fromArray(LONGS, sums, i))
          .intoArray(sums, i);
    }
    ScalarBlockKernel.addProducts(factors, planes, low, high, sums, whole, count);
  }

  @Override
  public void addSelected(
      long[] factors,
      int[] choices,
      int at,
      int[] planes,
      int set,
      int clear,
      int high,
      long[] sums,
      int count) {
    int whole = DOUBLES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      IntVector choice =
          IntVector.fromArray(WORDS, choices, at + i).lanewise(VectorOperators.ASHR, 31);
      IntVector lowClear = IntVector.fromArray(WORDS, planes, clear + i);
      IntVector lowWords =
          IntVector.fromArray(WORDS, planes, set + i)
              .lanewise(VectorOperators.XOR, lowClear)
              .and(choice)
              .lanewise(VectorOperators.XOR, lowClear);
      IntVector highClear = IntVector.fromArray(WORDS, planes, clear + high + i);
      IntVector highWords =
          IntVector.fromArray(WORDS, planes, set + high + i)
              .lanewise(VectorOperators.XOR, highClear)
              .and(choice)
              .lanewise(VectorOperators.XOR, highClear);
      Vector<Long> wideLow = lowWords.convertShape(VectorOperators.I2L, LONGS, 0);
      Vector<Long> wideHigh = highWords.convertShape(VectorOperators.I2L, LONGS, 0);
      LongVector share =
          ((LongVector) LONG_VECTOR.cast(wideHigh))
              .lanewise(VectorOperators.LSHL, 32)
              .or(((LongVector) LONG_VECTOR.cast(wideLow)).and(LOW_WORD));
      LongVector.fromArray(LONGS, factors, i)
          .mul(share)
          .add(LongVector.fromArray(LONGS, sums, i))
          .intoArray(sums, i);
    }
    ScalarBlockKernel.addSelected(
        factors, choices, at, planes, set, clear, high, sums, whole, count);
  }
}
