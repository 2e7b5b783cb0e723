package io.pascaline.layers.compile;

import io.pascaline.layers.evaluate.FloatEvaluator;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The largest magnitude of each tensor over the calibration inputs. */
final class Calibration {
  private final Map<String, Double> largest = new HashMap<>();

  private Calibration() {}

  static Calibration of(NetworkGraph graph, List<float[]> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("calibrationInputs is empty, must have at least one");
    }
    final Calibration calibration = new Calibration();
    final FloatEvaluator evaluator = new FloatEvaluator(graph);
    for (int index = 0; index < inputs.size(); index++) {
      for (final Map.Entry<String, float[]> tensor :
          evaluator.runAll(inputs.get(index)).entrySet()) {
        calibration.take(tensor.getKey(), tensor.getValue(), index);
      }
    }
    return calibration;
  }

  private void take(String tensor, float[] values, int index) {
    double most = largest.getOrDefault(tensor, 0.0);
    for (final float value : values) {
      if (!Float.isFinite(value)) {
        throw new ModelCompileException(
            "tensor '"
                + tensor
                + "' is "
                + value
                + " for calibration input "
                + index
                + ": the network diverges in plain arithmetic, train it with bounded activations");
      }
      most = Math.max(most, Math.abs(value));
    }
    largest.put(tensor, most);
  }

  double largest(String tensor) {
    return largest.get(tensor);
  }
}
