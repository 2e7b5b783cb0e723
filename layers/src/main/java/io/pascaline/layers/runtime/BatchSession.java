// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pascaline.layers.onnx.write.OnnxModel;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** A written model with one input, on ONNX Runtime. Not thread-safe; close it when done. */
final class BatchSession implements AutoCloseable {
  private final OrtSession session;
  private final String inputName;
  private final Shape inputShape;

  private BatchSession(OrtSession session, Shape inputShape) {
    this.session = session;
    this.inputName = session.getInputNames().iterator().next();
    this.inputShape = inputShape;
  }

  /**
   * Loads a model and runs it once, as some load and do not run.
   *
   * @return the model, or null if ONNX Runtime does not take it or cannot be loaded
   */
  static BatchSession openOrNull(OnnxModel model, Shape inputShape) {
    BatchSession opened = null;
    try {
      opened = new BatchSession(OnnxRuntime.open(model.toDirectBuffer()), inputShape);
      opened.tried(List.of(new float[inputShape.elementCount()]));
      return opened;
    } catch (OrtException | LinkageError refused) {
      if (opened != null) {
        opened.close();
      }
      return null;
    }
  }

  /**
   * Runs the model on a batch.
   *
   * @param inputs each of the input's shape
   * @return the outputs in the model's order, each with the batch first; fresh arrays
   * @throws IllegalArgumentException if an input has the wrong length
   * @throws IllegalStateException if ONNX Runtime fails
   */
  float[][] run(List<float[]> inputs) {
    try {
      return tried(inputs);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private float[][] tried(List<float[]> inputs) throws OrtException {
    int elementCount = inputShape.elementCount();
    FloatBuffer batch =
        ByteBuffer.allocateDirect(Math.multiplyExact(inputs.size() * elementCount, Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (float[] input : inputs) {
      if (input.length != elementCount) {
        throw new IllegalArgumentException(
            "input has " + input.length + " elements, must have shape " + inputShape);
      }
      batch.put(input);
    }
    long[] dims = new long[inputShape.rank() + 1];
    dims[0] = inputs.size();
    for (int i = 1; i < dims.length; i++) {
      dims[i] = inputShape.dim(i - 1);
    }
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(OnnxRuntime.environment(), batch.rewind(), dims);
        OrtSession.Result result = session.run(Map.of(inputName, tensor))) {
      float[][] outputs = new float[result.size()][];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = ((OnnxTensor) result.get(i)).getFloatBuffer().array();
      }
      return outputs;
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }
}
