// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.util.Arrays;
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
 * Matrix products in Z_2^32 beside single-precision ones of the same blocking, one thread. The
 * integer product is the kernel's own 1x1 convolution, with packing of the weights left out on both
 * sides. Single calls are sampled, so that the fastest one tells the speed of the machine even
 * while others use it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
public class GemmBenchmark {
  /** Rows x depth x columns. */
  @Param({"64x576x1024", "64x64x3136", "256x2304x196", "512x4608x16"})
  public String shape;

  private PackedWeights vectorWeights;
  private PackedWeights scalarWeights;
  private FloatGemm floatGemm;
  private FloatGemm shortGemm;
  private int[] input;
  private int[] output;
  private float[] floatInput;
  private float[] floatOutput;

  /** Draws the matrices and packs the left-hand one. */
  @Setup
  public void pack() {
    int[] size = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    int rows = size[0];
    int depth = size[1];
    int columns = size[2];
    SplittableRandom random = new SplittableRandom(1);
    int[] weights = random.ints((long) rows * depth).toArray();
    input = random.ints((long) depth * columns).toArray();
    output = new int[rows * columns];
    Convolution2d map = new Convolution2d(depth, 1, columns, rows, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    vectorWeights = LinearKernels.best().pack(map, weights);
    scalarWeights = LinearKernels.scalar().pack(map, weights);
    float[] floatWeights = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      floatWeights[i] = (float) random.nextDouble(-1, 1);
    }
    floatGemm = new FloatGemm(rows, depth, columns, floatWeights);
    shortGemm = new FloatGemm(rows, depth, columns, floatWeights, FloatGemm.SHORT_STRETCH);
    floatInput = new float[input.length];
    for (int i = 0; i < input.length; i++) {
      floatInput[i] = (float) random.nextDouble(-1, 1);
    }
    floatOutput = new float[output.length];
  }

  /** Returns the kernel that protocols use. */
  @Benchmark
  public int[] intVector() {
    LinearKernels.best().apply(vectorWeights, input, output, WorkSplitter.sequential());
    return output;
  }

  /** Returns the yardstick. */
  @Benchmark
  public float[] floatVector() {
    floatGemm.multiply(floatInput, floatOutput);
    return floatOutput;
  }

  /** Returns the yardstick with panels as short as suits it best. */
  @Benchmark
  public float[] floatShort() {
    shortGemm.multiply(floatInput, floatOutput);
    return floatOutput;
  }

  /** Returns the kernel of last resort. */
  @Benchmark
  public int[] intScalar() {
    LinearKernels.scalar().apply(scalarWeights, input, output, WorkSplitter.sequential());
    return output;
  }
}
