// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PackedWeights;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Padded 3x3 convolutions in Z_2^32 of small networks and of ResNets, on one and two threads.
 * Single calls are sampled; the fastest (p0.00) is the one to compare on a machine that others use.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
public class ConvolutionBenchmark {
  /** Input channels x side x output channels. */
  @Param({"1x28x16", "16x14x32", "32x7x64", "64x32x64", "64x56x64", "512x4x512", "512x7x512"})
  public String shape;

  /** Threads. */
  @Param({"1", "2"})
  public int threads;

  private ThreadedWork splitter;
  private PackedWeights weights;
  private int[] input;
  private int[] output;

  /** Draws and packs. */
  @Setup
  public void pack() {
    Convolution2d map = ConvolutionShape.parse(shape);
    SplittableRandom random = new SplittableRandom(1);
    splitter = new ThreadedWork(threads);
    weights =
        LinearKernels.best().pack(map, random.ints(map.weightShape().elementCount()).toArray());
    input = random.ints(map.inputShape().elementCount()).toArray();
    output = new int[map.outputShape().elementCount()];
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    splitter.close();
  }

  /** One convolution. */
  @Benchmark
  public int[] convolve() {
    LinearKernels.best().apply(weights, input, output, splitter);
    return output;
  }
}
