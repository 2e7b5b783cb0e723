// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.pascaline.actors.text.OneLine;
import io.pascaline.layers.runtime.OnnxRuntime;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * The network on ONNX Runtime's processor backend with its own default settings, one image at a
 * time. Not thread-safe; close it when done.
 */
public final class OnnxRuntimeBaseline implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String inputName;
  private final long[] inputDims;

  private OnnxRuntimeBaseline(OrtEnvironment environment, OrtSession session, long[] inputDims) {
    this.environment = environment;
    this.session = session;
    this.inputName = session.getInputNames().iterator().next();
    this.inputDims = inputDims;
  }

  /**
   * Either a session or the reason why there is none.
   *
   * @param baseline the network, ready to run
   * @param refusal why it does not run, empty when it does
   */
  public record Opening(Optional<OnnxRuntimeBaseline> baseline, String refusal) {
    /** Returns the refusal of a network. */
    public static Opening refused(String reason) {
      return new Opening(Optional.empty(), reason);
    }
  }

  /**
   * Loads a network.
   *
   * @param onnx the ONNX file
   * @param dims the input without the batch
   * @return the network, or why this machine's ONNX Runtime does not take it
   */
  public static Opening open(byte[] onnx, int... dims) {
    return open(() -> OnnxRuntime.open(onnx, 0), dims);
  }

  /**
   * Loads a network to run on a number of threads.
   *
   * @param onnx the ONNX file
   * @param threadCount threads that share the work of an operator; 0 for one per core
   * @param dims the input without the batch
   * @return the network, or why this machine's ONNX Runtime does not take it
   */
  public static Opening openWith(byte[] onnx, int threadCount, int... dims) {
    return open(() -> OnnxRuntime.open(onnx, threadCount), dims);
  }

  /**
   * Loads a network.
   *
   * @param onnx the ONNX file outside the heap
   * @param dims the input without the batch
   * @return the network, or why this machine's ONNX Runtime does not take it
   */
  public static Opening open(ByteBuffer onnx, int... dims) {
    return open(() -> OnnxRuntime.open(onnx), dims);
  }

  /** Loads a network. */
  @FunctionalInterface
  private interface Loader {
    OrtSession load() throws OrtException;
  }

  private static Opening open(Loader loader, int... dims) {
    try {
      OrtSession session = loader.load();
      if (session.getNumInputs() != 1) {
        session.close();
        return Opening.refused("it has " + session.getNumInputs() + " inputs");
      }
      long[] batchDims = batchDims(session, dims);
      return tried(new OnnxRuntimeBaseline(OnnxRuntime.environment(), session, batchDims));
    } catch (OrtException e) {
      return Opening.refused(OneLine.of(String.valueOf(e.getMessage())));
    }
  }

  /** Some files load and do not run, as those whose layers fix another batch. */
  private static Opening tried(OnnxRuntimeBaseline baseline) {
    long elementCount = 1;
    for (long dim : baseline.inputDims) {
      elementCount *= dim;
    }
    try {
      baseline.run(new float[Math.toIntExact(elementCount)]);
      return new Opening(Optional.of(baseline), "");
    } catch (IllegalStateException e) {
      baseline.close();
      return Opening.refused(OneLine.of(String.valueOf(e.getMessage())));
    }
  }

  private static long[] batchDims(OrtSession session, int... dims) throws OrtException {
    int rank =
        session.getInputInfo().values().iterator().next().getInfo() instanceof TensorInfo tensor
            ? tensor.getShape().length
            : dims.length + 1;
    int leading = Math.max(0, rank - dims.length);
    long[] batchDims = new long[leading + dims.length];
    for (int i = 0; i < batchDims.length; i++) {
      batchDims[i] = i < leading ? 1 : dims[i - leading];
    }
    return batchDims;
  }

  /**
   * Name and version, for reports.
   *
   * @return for instance "ONNX Runtime 1.28.0"
   */
  public String describe() {
    return "ONNX Runtime " + environment.getVersion();
  }

  /**
   * Evaluates the network on one image.
   *
   * @param input row-major, as the model takes it; unchanged
   * @return the first output, row-major
   * @throws IllegalStateException if ONNX Runtime fails on it
   */
  public float[] run(float[] input) {
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), inputDims);
        OrtSession.Result result = session.run(Map.of(inputName, tensor))) {
      OnnxValue output = result.get(0);
      if (!(output instanceof OnnxTensor logits)) {
        throw new IllegalStateException("the network's first output is not a tensor");
      }
      FloatBuffer values = logits.getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
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
