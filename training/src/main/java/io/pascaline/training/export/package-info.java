/** Turns weights into ONNX models with the activation as a model-local function. */
package io.pascaline.training.export;
