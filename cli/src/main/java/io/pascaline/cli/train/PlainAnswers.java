// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.run.OnnxRuntimeBaseline;
import io.pascaline.cli.run.PlainRun;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.function.IntFunction;

/**
 * What a model answers in plaintext.
 *
 * @param engine what ran it
 * @param logits by image
 */
record PlainAnswers(String engine, float[][] logits) {
  /**
   * Runs a model on images, one at a time, with ONNX Runtime if it supports the model.
   *
   * @param inputs normalised images by index
   * @param imageCount number of images to run, from the first
   */
  static PlainAnswers of(LoadedModel model, IntFunction<float[]> inputs, int imageCount) {
    OnnxRuntimeBaseline.Opening opening = OnnxRuntimeBaseline.open(model.onnx(), model.inputDims());
    if (opening.baseline().isEmpty()) {
      FloatEvaluator evaluator = new FloatEvaluator(model.graph());
      return new PlainAnswers(
          "float evaluator (ONNX Runtime does not run it: " + opening.refusal() + ")",
          PlainRun.run(evaluator::run, inputs, imageCount, 0).logits());
    }
    try (OnnxRuntimeBaseline baseline = opening.baseline().get()) {
      return new PlainAnswers(
          baseline.describe(), PlainRun.run(baseline::run, inputs, imageCount, 0).logits());
    }
  }
}
