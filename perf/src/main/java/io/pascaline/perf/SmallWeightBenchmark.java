// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Compares candidates for weights that a party knows with the kernel for uniform words, on
 * convolutions of ResNet-18 and ResNet-20 and on one thread. The weights have 14 bits. Candidates
 * multiply matrices. The time to unfold the columns of a 3x3 window is not counted, which favours
 * them. Single calls are sampled, so the fastest one (p0.00) shows the speed of the kernel even
 * while other work runs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
public class SmallWeightBenchmark {
  private static final int WEIGHT_BOUND = 1 << 13;

  /** Input channels x side x output channels x side of the kernel. */
  @Param({"64x32x64x3", "128x16x128x3", "512x4x512x3", "16x32x16x3", "64x8x64x3", "64x32x128x1"})
  public String shape;

  private PackedWeights weights;
  private DoubleGemm doubleGemm;
  private ShortGemm shortGemm;
  private int[] input;
  private int[] columns;
  private int[] output;

  /** Draws input and weights, and packs them. */
  @Setup
  public void pack() {
    Convolution2d map = ConvolutionShape.parse(shape);
    SplittableRandom random = new SplittableRandom(1);
    int[] words =
        random.ints(map.weightShape().elementCount(), -WEIGHT_BOUND, WEIGHT_BOUND).toArray();
    int rows = map.outputChannels();
    int depth = words.length / rows;
    int columnCount = map.inputHeight() * map.inputWidth();
    weights = LinearKernels.best().pack(map, words);
    doubleGemm = new DoubleGemm(rows, depth, columnCount, words);
    shortGemm = new ShortGemm(rows, depth, columnCount, words);
    input = random.ints(map.inputShape().elementCount()).toArray();
    columns = random.ints((long) depth * columnCount).toArray();
    output = new int[map.outputShape().elementCount()];
  }

  /** Returns the convolution of the kernel that protocols use. */
  @Benchmark
  public int[] uniform() {
    LinearKernels.best().apply(weights, input, output, WorkSplitter.sequential());
    return output;
  }

  /** Returns the product in double precision. */
  @Benchmark
  public int[] doubles() {
    doubleGemm.multiply(columns, output);
    return output;
  }

  /** Returns the product in 16-bit multiply-adds. */
  @Benchmark
  public int[] shorts() {
    shortGemm.multiply(columns, output);
    return output;
  }
}
