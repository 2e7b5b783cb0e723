// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.evaluate;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.images.set.IdxImages;
import io.pascaline.training.data.Normalisation;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exported model on a set of images, as ONNX Runtime computes it, so that what is on record is
 * true of the file and not only of the trainer's own network.
 *
 * @param imageCount images run
 * @param hits images classified rightly
 * @param largestInputs largest magnitude of an input of each activation, by that input's name and
 *     in the graph's order
 */
public record OnnxMeasurement(int imageCount, int hits, Map<String, Float> largestInputs) {
  private static final int BATCH = 250;

  /** Copies the map, keeping its order. */
  public OnnxMeasurement {
    largestInputs = Collections.unmodifiableMap(new LinkedHashMap<>(largestInputs));
  }

  /** Fraction of the images classified rightly. */
  public double accuracy() {
    return (double) hits / imageCount;
  }

  /**
   * Runs a model with one image input and one output of logits.
   *
   * @param activation name of the operator (or local function) whose inputs are measured
   * @throws IllegalArgumentException if the bytes are no ONNX model or ONNX Runtime refuses it
   */
  public static OnnxMeasurement of(
      byte[] model, String activation, Normalisation normalisation, IdxImages images) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      ModelProto parsed = ModelProto.parseFrom(model);
      List<String> inner = activationInputs(parsed, activation);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession session =
          environment.createSession(withOutputs(parsed, inner).toByteArray(), options)) {
        Tally tally = new Tally(parsed.getGraph().getOutput(0).getName(), inner);
        String input = parsed.getGraph().getInput(0).getName();
        for (int from = 0; from < images.count(); from += BATCH) {
          int count = Math.min(BATCH, images.count() - from);
          long[] shape = {count, 1, images.height(), images.width()};
          FloatBuffer pixels = FloatBuffer.wrap(normalisation.inputs(images, from, count));
          try (OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels, shape);
              OrtSession.Result result = session.run(Map.of(input, tensor))) {
            tally.add(result, images, from, count);
          }
        }
        return new OnnxMeasurement(images.count(), tally.hits, tally.largest);
      }
    } catch (OrtException e) {
      throw new IllegalArgumentException("ONNX Runtime refuses the model: " + e.getMessage(), e);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX model: " + e.getMessage(), e);
    }
  }

  private static List<String> activationInputs(ModelProto model, String activation) {
    List<String> inputs = new ArrayList<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getOpType().equals(activation)) {
        inputs.add(node.getInput(0));
      }
    }
    return inputs;
  }

  /** Returns the same model with inner values among its outputs. */
  private static ModelProto withOutputs(ModelProto model, List<String> names) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    TypeProto floats = graph.getOutput(0).getType();
    for (String name : names) {
      TypeProto.Tensor unshaped = floats.getTensorType().toBuilder().clearShape().build();
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(name)
              .setType(TypeProto.newBuilder().setTensorType(unshaped)));
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static final class Tally {
    private final String logits;
    private final Map<String, Float> largest = new LinkedHashMap<>();
    private int hits;

    Tally(String logits, List<String> inner) {
      this.logits = logits;
      inner.forEach(name -> largest.put(name, 0f));
    }

    void add(OrtSession.Result result, IdxImages images, int from, int count) throws OrtException {
      float[][] rows = (float[][]) result.get(logits).orElseThrow().getValue();
      for (int i = 0; i < count; i++) {
        hits += argMax(rows[i]) == images.label(from + i) ? 1 : 0;
      }
      for (Map.Entry<String, Float> entry : largest.entrySet()) {
        OnnxTensor tensor = (OnnxTensor) result.get(entry.getKey()).orElseThrow();
        entry.setValue(Math.max(entry.getValue(), largestMagnitude(tensor.getFloatBuffer())));
      }
    }

    private static float largestMagnitude(FloatBuffer values) {
      float largest = 0;
      while (values.hasRemaining()) {
        largest = Math.max(largest, Math.abs(values.get()));
      }
      return largest;
    }

    private static int argMax(float[] values) {
      int best = 0;
      for (int i = 1; i < values.length; i++) {
        if (values[i] > values[best]) {
          best = i;
        }
      }
      return best;
    }
  }
}
