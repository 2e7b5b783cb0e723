/** Measures exported ONNX models with ONNX Runtime. */
package io.pascaline.training.evaluate;
