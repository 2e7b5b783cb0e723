// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;

/** Appends layers; every method returns the name of the tensor that it makes. */
final class ArchitectureSketch {
  private final TestModel model;
  private int count;

  ArchitectureSketch(long seed, long... inputDims) {
    model = new TestModel(seed, inputDims);
  }

  TestModel model() {
    return model;
  }

  String conv(String input, int inputs, int outputs, int kernel, int stride, int groups) {
    int pad = kernel / 2;
    String name = "t" + count++;
    double scale = Math.sqrt(3.0 * groups / (inputs * kernel * kernel));
    model
        .weights(name + ".w", 1.4 * scale, outputs, inputs / groups, kernel, kernel)
        .weights(name + ".b", 0.1, outputs)
        .node(
            "Conv",
            input + " " + name + ".w " + name + ".b -> " + name,
            ints("strides", stride, stride),
            ints("pads", pad, pad, pad, pad),
            integer("group", groups));
    return name;
  }

  String normal(String input, int channels) {
    String name = "t" + count++;
    model
        .weightsIn(name + ".s", 0.5, 1.5, channels)
        .weightsIn(name + ".b", 0, 0.2, channels)
        .weightsIn(name + ".m", -0.2, 0, channels)
        .weightsIn(name + ".v", 0.5, 1.5, channels)
        .node(
            "BatchNormalization",
            input + " " + name + ".s " + name + ".b " + name + ".m " + name + ".v -> " + name);
    return name;
  }

  /** ReLU6, as exporters write it. */
  String relu6(String input) {
    String name = "t" + count++;
    model
        .scalar(name + ".from", 0)
        .scalar(name + ".to", 6)
        .node("Clip", input + " " + name + ".from " + name + ".to -> " + name);
    return name;
  }

  String relu(String input) {
    String name = "t" + count++;
    model.node("Relu", input + " -> " + name);
    return name;
  }

  /** Maxima over windows of 2x2 without overlap. */
  String halved(String input) {
    String name = "t" + count++;
    model.node("MaxPool", input + " -> " + name, ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    return name;
  }

  String dense(String input, int inputs, int outputs) {
    String name = "t" + count++;
    model
        .weights(name + ".w", Math.sqrt(6.0 / inputs), outputs, inputs)
        .weights(name + ".b", 0.1, outputs)
        .node("Gemm", input + " " + name + ".w " + name + ".b -> " + name, integer("transB", 1));
    return name;
  }

  String flat(String input) {
    String name = "t" + count++;
    model.node("Flatten", input + " -> " + name);
    return name;
  }

  String maxPool(String input, int stride, int ceil) {
    String name = "t" + count++;
    model.node(
        "MaxPool",
        input + " -> " + name,
        ints("kernel_shape", 3, 3),
        ints("strides", stride, stride),
        stride == 1 ? ints("pads", 1, 1, 1, 1) : ints("pads", 0, 0, 0, 0),
        integer("ceil_mode", ceil));
    return name;
  }

  String averagePool(String input) {
    String name = "t" + count++;
    model.node(
        "AveragePool", input + " -> " + name, ints("kernel_shape", 2, 2), ints("strides", 2, 2));
    return name;
  }

  String concat(String... inputs) {
    String name = "t" + count++;
    model.node("Concat", String.join(" ", inputs) + " -> " + name, integer("axis", 1));
    return name;
  }

  String add(String left, String right) {
    String name = "t" + count++;
    model.node("Add", left + " " + right + " -> " + name);
    return name;
  }

  ArchitectureSketch head(String input, int channels) {
    model
        .weights("head", Math.sqrt(3.0 / channels), 5, channels)
        .node("GlobalAveragePool", input + " -> mean")
        .node("Flatten", "mean -> flat")
        .node("Gemm", "flat head -> y", integer("transB", 1));
    return this;
  }
}
