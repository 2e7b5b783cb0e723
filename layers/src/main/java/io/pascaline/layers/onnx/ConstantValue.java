package io.pascaline.layers.onnx;

/** A tensor known at import. */
record ConstantValue(ConstantTensor tensor) implements ImportedValue {}
