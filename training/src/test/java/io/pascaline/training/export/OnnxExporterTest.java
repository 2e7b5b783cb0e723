package io.pascaline.training.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.layers.evaluate.FloatEvaluator;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.training.data.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.data.SyntheticImages;
import io.pascaline.training.evaluate.OnnxMeasurement;
import io.pascaline.training.loop.EvaluationReport;
import io.pascaline.training.loop.TrainingSession;
import io.pascaline.training.loop.TrainingSettings;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.model.NetworkSettings;
import io.pascaline.training.model.NetworkWeights;
import io.pascaline.training.model.PolynomialActivation;
import io.pascaline.training.model.StageSettings;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OnnxExporterTest {
  private static final float TOLERANCE = 1e-4f;
  private static final Normalisation NORMALISATION = Normalisation.FASHION_MNIST;

  /** Every kind of stage: strided, residual, pooled by parts and pooled whole. */
  private static final NetworkSettings TINY =
      new NetworkSettings(
          1,
          12,
          List.of(
              new StageSettings("first", 3, 5, 2, false, 1),
              new StageSettings("second", 3, 3, 1, true, 2),
              new StageSettings("third", 5, 3, 1, false, 3)),
          4,
          PolynomialActivation.PILLAR_RELU);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(ints = {1, 2, 3})
  void shouldComputeTheSameLogitsAsTheTrainer(int seed) throws OrtException {
    IdxImages images = SyntheticImages.noise(9, 12, seed);
    try (TrainingSession session = trained(seed)) {
      float[] expected = session.logits(images, 9);
      byte[] model = OnnxExporter.export("tiny", session.weights(), Map.of());

      assertArrayEquals(expected, run(model, images, 9), TOLERANCE, "seed " + seed);
      assertArrayEquals(Arrays.copyOf(expected, 4), run(model, images, 1), TOLERANCE, "one image");
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(ints = {1, 2, 3})
  void shouldMeanTheSameToTheImporter(int seed) {
    IdxImages images = SyntheticImages.noise(5, 12, seed);
    try (TrainingSession session = trained(seed)) {
      float[] expected = session.logits(images, 5);
      byte[] model = OnnxExporter.export("tiny", session.weights(), Map.of());
      FloatEvaluator evaluator = new FloatEvaluator(OnnxImporter.read(model, "tiny"));

      for (int i = 0; i < 5; i++) {
        assertArrayEquals(
            Arrays.copyOfRange(expected, 4 * i, 4 * i + 4),
            evaluator.run(NORMALISATION.inputs(images, i, 1)),
            TOLERANCE,
            "seed " + seed + ", image " + i);
      }
    }
  }

  @Test
  void shouldReachTheSameActivationInputsAsTheTrainer() {
    IdxImages images = SyntheticImages.noise(20, 12, 4);
    try (TrainingSession session = trained(4)) {
      EvaluationReport expected = session.evaluate(images);

      OnnxMeasurement measured =
          OnnxMeasurement.of(
              OnnxExporter.export("tiny", session.weights(), Map.of()),
              OnnxExporter.ACTIVATION,
              NORMALISATION,
              images);

      assertEquals(
          List.of("first.conv", "second.add", "third.conv"),
          List.copyOf(measured.largestInputs().keySet()));
      int i = 0;
      for (float largest : measured.largestInputs().values()) {
        assertEquals(expected.largestInputs()[i++], largest, TOLERANCE);
      }
      assertEquals(expected.accuracy(), measured.accuracy(), 0);
    }
  }

  @Test
  void shouldWriteTheAgreedForm() throws InvalidProtocolBufferException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("b", "2");
    metadata.put("a", "1");
    byte[] bytes;
    try (TrainingSession session = trained(1)) {
      NetworkWeights weights = session.weights();
      bytes = OnnxExporter.export("tiny", weights, metadata);
      assertArrayEquals(bytes, OnnxExporter.export("tiny", weights, metadata), "repeatable");
    }
    ModelProto model = ModelProto.parseFrom(bytes);

    assertEquals(8, model.getIrVersion());
    assertEquals("b", model.getMetadataProps(0).getKey());
    assertEquals("1", model.getMetadataProps(1).getValue());
    assertEquals("input", model.getGraph().getInput(0).getName());
    assertEquals("logits", model.getGraph().getOutput(0).getName());
    assertEquals(
        List.of(
            "Conv",
            "Polynomial",
            "Conv",
            "Add",
            "Polynomial",
            "AveragePool",
            "Conv",
            "Polynomial",
            "GlobalAveragePool",
            "Flatten",
            "Gemm"),
        model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList());
    assertEquals(1, model.getFunctionsCount());
    assertEquals("io.pascaline", model.getFunctions(0).getDomain());
    assertTrue(
        model.getOpsetImportList().stream()
            .anyMatch(opset -> opset.getDomain().isEmpty() && opset.getVersion() >= 15));
  }

  /** After one epoch, so that no weight of the batch normalisation is at its first value. */
  private static TrainingSession trained(int seed) {
    TrainingSettings settings =
        new TrainingSettings(1, 16, 0.05f, 0.9f, 0, 0, 1, new PenaltySchedule(4.8, 1), seed);
    IdxImages images = SyntheticImages.bands(64, 12, 4, seed);
    TrainingSession session = new TrainingSession(TINY, settings, NORMALISATION, images.count());
    session.train(images, 0);
    return session;
  }

  private static float[] run(byte[] model, IdxImages images, int count) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {count, 1, images.height(), images.width()};
    FloatBuffer pixels = FloatBuffer.wrap(NORMALISATION.inputs(images, 0, count));
    try (OrtSession session = environment.createSession(model, new OrtSession.SessionOptions());
        OnnxTensor input = OnnxTensor.createTensor(environment, pixels, shape);
        OrtSession.Result result = session.run(Map.of(OnnxExporter.INPUT, input))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    }
  }
}
