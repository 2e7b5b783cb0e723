// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.cli.options.BundledModel;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.PixelScale;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.images.ImageSource;
import io.pascaline.layers.compile.CompiledNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** The demo with the bundled network, and what its roles answer without a gateway. */
final class BundledDemo implements AutoCloseable {
  /** Bytes of shares, by value; for the limit see {@link #requireUniform}. */
  static final int BYTE_VALUES = 256;

  /** Chi-square of 255 degrees of freedom exceeds that once in 10 million times. */
  private static final double MAX_CHI_SQUARE = 388;

  final CompiledNetwork network;
  final LoadedModel model = LoadedModel.load(null);
  final DemoDeployment demo;

  BundledDemo(int sampleCount, String... suite) {
    SuiteOptions options = new SuiteOptions();
    new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("suite", specOf(options)))
        .parseArgs(suite);
    network =
        options
            .choose(model.graph())
            .compile(new CalibrationOptions().withoutImages(model, model.input(), false).inputs());
    demo = DemoDeployment.start(network, model.input(), SamplePictures.first(sampleCount), 0);
  }

  private static CommandLine.Model.CommandSpec specOf(Object mixin) {
    return CommandLine.Model.CommandSpec.forAnnotatedObject(mixin);
  }

  /** Returns the samples of the first bundled test images. */
  static List<byte[]> images(int count) {
    List<byte[]> samples = new ArrayList<>();
    try (ImageSource images = BundledModel.images(BundledModel.INPUT_SIZE, count)) {
      for (int i = 0; i < count; i++) {
        samples.add(images.samples(i));
      }
    }
    return samples;
  }

  /** Returns the classes that the embedded run answers. */
  List<Integer> embeddedClasses(int count) throws Exception {
    List<Integer> classes = new ArrayList<>();
    try (NetworkInputs inputs =
        NetworkInputs.ofImages(
            BundledModel.images(BundledModel.INPUT_SIZE, count),
            PixelScale.of(1, model.input().mean(), model.input().deviation()))) {
      for (int i = 0; i < count; i++) {
        InferenceResult result =
            demo.service().infer(inputs.apply(i)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        classes.add(result.prediction(network.plan()));
      }
    }
    return classes;
  }

  /** Fails unless counts of bytes are those of a uniform distribution. */
  static void requireUniform(long[] counts, String what) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    double expected = (double) total / BYTE_VALUES;
    double chiSquare = 0;
    for (long count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    if (!(expected > 100 && chiSquare < MAX_CHI_SQUARE)) {
      throw new AssertionError(what + ": chi-square is " + chiSquare + " of " + total + " bytes");
    }
  }

  @Override
  public void close() {
    demo.close();
  }
}
