// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.pascaline.protocols.AllocatedBytes;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scalar kernel is the oracle of the vector kernel: equal bits, for every count. */
class BlockKernelTest {
  private static final int BLOCK = FunctionBlock.MAX_ELEMENTS;

  private static final double[] MAGNITUDES = {
    0x1p20, FixedPoint.NARROW_LIMIT, FixedPoint.PLAIN_LIMIT, FixedPoint.WIDE_LIMIT
  };

  /** Far below what a block of vectors takes; the JVM itself may allocate a few bytes. */
  private static final long MAX_BYTES = 256;

  @Test
  void shouldChooseTheVectorKernelWithModule() {
    assertSame(VectorBlockKernel.INSTANCE, BlockKernel.best());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldGiveTheBitsOfTheScalarKernel(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int count = 0; count <= BLOCK; count += count < 40 ? 1 : 59) {
      long callSeed = random.nextLong();
      Data expected = new Data(callSeed, count);
      Data actual = new Data(callSeed, count);
      for (Call call : Call.values()) {
        call.run(ScalarBlockKernel.INSTANCE, expected);
        call.run(VectorBlockKernel.INSTANCE, actual);
        expected.requireEqual(actual, "seed " + seed + ", " + call + ", count " + count);
      }
    }
  }

  /** Whole steps: what both kernels deal and evaluate for the same masks and shares. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5, 6, 7})
  void shouldDealAndEvaluateAlikeWithBothKernels(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] coefficients = random.doubles(random.nextInt(2, 7), -0.5, 0.5).toArray();
    Shape shape = Shape.of(4, random.nextInt(1, 300));
    List<FusedFunction> steps =
        List.of(
            FusedActivation.plan(0, shape, new PolynomialBasis(coefficients), 29, 12),
            HarmonicActivation.plan(
                0, shape, RandomHarmonics.random(4, 3, true, 40, random), 26, 12),
            HarmonicActivation.plan(
                0, shape, RandomHarmonics.random(1, 2, false, 1 << 20, random), 26, 20));
    for (FusedFunction step : steps) {
      int[] words = random.ints(step.inputCount()).toArray();
      int[] planes = random.ints(step.correctionWordCount()).toArray();
      for (int partyId = 0; partyId < 2; partyId++) {
        int[][] expected = run(step, ScalarBlockKernel.INSTANCE, partyId, words, planes);
        int[][] actual = run(step, VectorBlockKernel.INSTANCE, partyId, words, planes);
        assertArrayEquals(expected, actual, "seed " + seed + ", " + step);
      }
    }
  }

  /** One vector for each step of a loop would be more than 2^12 bytes. */
  @Test
  void shouldAllocateNoVector() throws Exception {
    List<String> expected = Collections.nCopies(Call.values().length, "no vector");
    assertEquals(expected, AllocatedBytes.linesOf(Calls.class));
  }

  /** What the other JVM runs. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] arguments) {
      Data data = new Data(8, BLOCK);
      for (Call call : Call.values()) {
        Runnable run = () -> call.run(VectorBlockKernel.INSTANCE, data);
        long bytes = AllocatedBytes.perCall(run, MAX_BYTES);
        System.out.println(bytes <= MAX_BYTES ? "no vector" : bytes + " bytes per " + call);
      }
    }
  }

  /** Deals for a mask, and evaluates with what was dealt. */
  private static int[][] run(
      FusedFunction step, BlockKernel kernel, int partyId, int[] words, int[] planes) {
    int[] dealt = planes.clone();
    int[] output = words.clone();
    FunctionBlock block = step.newBlock(kernel);
    for (int at = 0; at < words.length; at += BLOCK) {
      int count = Math.min(BLOCK, words.length - at);
      block.deal(words, dealt, at, count);
      block.evaluate(partyId, output, dealt, at, count);
    }
    return new int[][] {dealt, output};
  }

  /** One method of a kernel. */
  private enum Call {
    READ_MASK {
      @Override
      void run(BlockKernel kernel, Data data) {
        kernel.read(
            data.words, data.at, -1, Integer.MIN_VALUE, 0, 0x1p-26, data.values, data.count);
      }
    },
    READ_OPENED {
      @Override
      void run(BlockKernel kernel, Data data) {
        kernel.read(
            data.words, data.at, Integer.MAX_VALUE, 0, 1 << 30, 0x1p-3, data.values, data.count);
      }
    },
    ENCODE {
      @Override
      void run(BlockKernel kernel, Data data) {
        for (double max : MAGNITUDES) {
          // Values are below 2^28.
          kernel.encode(data.values, max * 0x1p-28, max / 2, data.encoded, data.count);
        }
      }
    },
    SUBTRACT {
      @Override
      void run(BlockKernel kernel, Data data) {
        kernel.subtractFrom(data.encoded, data.words, data.at, data.at + data.high, data.count);
      }
    },
    ADD_PRODUCTS {
      @Override
      void run(BlockKernel kernel, Data data) {
        int high = data.at + data.high;
        kernel.addProducts(data.encoded, data.words, data.at, high, data.sums, data.count);
      }
    },
    ADD_SELECTED {
      @Override
      void run(BlockKernel kernel, Data data) {
        int clear = data.at + 2 * data.high;
        kernel.addSelected(
            data.encoded,
            data.words,
            data.at + 1,
            data.words,
            data.at,
            clear,
            data.high,
            data.sums,
            data.count);
      }
    },
    TRUNCATE {
      @Override
      void run(BlockKernel kernel, Data data) {
        kernel.truncate(data.sums, data.words, data.at, data.count);
      }
    };

    abstract void run(BlockKernel kernel, Data data);
  }

  /** The arrays of a block, and words of a longer tensor. */
  private static final class Data {
    private final int count;
    private final int at;

    /** From a plane to the next. */
    private final int high;

    private final int[] words;
    private final double[] values;
    private final long[] encoded;
    private final long[] sums;

    Data(long seed, int count) {
      SplittableRandom random = new SplittableRandom(seed);
      this.count = count;
      this.at = random.nextInt(70);
      this.high = BLOCK + random.nextInt(70);
      this.words = random.ints(6L * BLOCK).toArray();
      this.values = random.doubles(BLOCK, -1, 1).toArray();
      this.encoded = random.longs(BLOCK).toArray();
      this.sums = random.longs(BLOCK).toArray();
    }

    /** Words are compared to their ends: a kernel writes none beyond its count. */
    void requireEqual(Data other, String text) {
      assertArrayEquals(words, other.words, text);
      for (int i = 0; i < count; i++) {
        // As bits: zeros of different signs differ.
        long bits = Double.doubleToRawLongBits(values[i]);
        assertEquals(bits, Double.doubleToRawLongBits(other.values[i]), text);
      }
      assertArrayEquals(Arrays.copyOf(encoded, count), Arrays.copyOf(other.encoded, count), text);
      assertArrayEquals(Arrays.copyOf(sums, count), Arrays.copyOf(other.sums, count), text);
    }
  }
}
