// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.DoubleWordLinear;
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
 * Padded convolutions in Z_2^64 of ResNets and of VGG-16, on one thread, with the Vector API and in
 * plain Java. Single calls are sampled; the fastest (p0.00) is the one to compare on a machine that
 * others use.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
public class DoubleWordConvolutionBenchmark {
  /** Input channels x side x output channels x side of the kernel x groups. */
  @Param({
    "3x32x64x3x1",
    "64x32x64x3x1",
    "256x8x256x3x1",
    "512x4x512x3x1",
    "512x2x512x3x1",
    "256x14x1024x1x1",
    "144x28x144x3x144"
  })
  public String shape;

  /** Which method. */
  @Param({"best", "scalar"})
  public String method;

  private DoubleWordLinear linear;
  private long[] input;
  private long[] output;

  /** Draws and packs. */
  @Setup
  public void pack() {
    Convolution2d map = ConvolutionShape.parse(shape);
    SplittableRandom random = new SplittableRandom(1);
    long[] weights = random.longs(map.weightShape().elementCount()).toArray();
    linear =
        method.equals("best")
            ? LinearKernels.doubleWord(map, weights)
            : LinearKernels.scalarDoubleWord(map, weights);
    input = random.longs(map.inputShape().elementCount()).toArray();
    output = new long[map.outputShape().elementCount()];
  }

  /** One convolution. */
  @Benchmark
  public long[] convolve() {
    linear.apply(input, output, WorkSplitter.sequential());
    return output;
  }
}
