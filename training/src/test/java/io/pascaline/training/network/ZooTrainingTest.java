// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HadamardDiagonal;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.training.export.OnnxExporter;
import io.pascaline.training.loss.CrossEntropy;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every network of the zoo, from training to private inference. */
@Timeout(300)
class ZooTrainingTest {
  private static final long SEED = 20260117;
  private static final int CLASSES = 10;
  private static final int BATCH = 4;

  /** Images as small as the network's pools allow, but at least twice the smallest window. */
  @ParameterizedTest(name = "{0} {2}, seed " + SEED)
  @CsvSource({
    "minionn, 8, relu",
    "minionn, 8, poly2",
    "vgg16, 32, poly4",
    "resnet18, 8, poly4",
    "resnet20, 8, relu",
    "resnet20, 8, trig3",
    "resnet32, 8, poly4",
    "resnet110, 8, trig2",
    "resnet50, 32, trig2",
    "fashion, 28, relu",
    "fashion, 28, poly4",
    "fashion, 28, trig2",
    "lenet5, 28, relu",
    "lenet5, 28, trig2",
    "mobilenetv3-tiny, 28, hardswish",
    "mobilenetv3-tiny, 28, trig2",
    "densenet13, 28, gelu",
    "densenet13, 28, relu",
    "densenet13, 28, trig2",
    "wide-s, 28, trig3",
    "wide-m, 32, trig3",
    "fashion, 28, relu6",
    "fashion, 28, leakyrelu",
    "fashion, 28, elu",
    "fashion, 28, silu",
    "fashion, 28, hardsigmoid",
    "fashion, 28, sigmoid",
    "fashion, 28, tanh",
  })
  void shouldGoFromTrainingToPrivateInference(String name, int size, String activation)
      throws OrtException {
    ActivationFamily family = ActivationFamily.of(activation);
    shouldGoFromTrainingToPrivateInference(
        Zoo.build(name, inputShape(name, size), CLASSES, family.basis().orElse(null), SEED),
        family);
  }

  /** The same with further activations: those above use each network and each activation. */
  @ParameterizedTest(name = "{0} {2}, seed " + SEED)
  @EnabledIfSystemProperty(named = "pascaline.long", matches = "true")
  @CsvSource({
    "vgg16, 32, relu",
    "vgg16, 32, trig2",
    "resnet18, 8, relu",
    "resnet18, 8, trig2",
    "resnet32, 8, relu",
    "resnet32, 8, trig2",
    "resnet110, 8, relu",
    "resnet110, 8, poly4",
    "resnet50, 32, relu",
    "resnet50, 32, poly4",
    "minionn, 8, poly4",
    "minionn, 8, trig2",
    "resnet20, 8, poly4",
  })
  void shouldGoFromTrainingToPrivateInferenceWithEveryActivation(
      String name, int size, String activation) throws OrtException {
    shouldGoFromTrainingToPrivateInference(name, size, activation);
  }

  @Test
  void shouldTrainHadamardDiagonalLayers() throws OrtException {
    ActivationFamily family = ActivationFamily.of("trig3");
    NetworkGraph dense =
        Zoo.build("wide-h", Shape.of(1, 12, 12), CLASSES, family.basis().orElseThrow(), SEED);

    shouldGoFromTrainingToPrivateInference(HadamardDiagonal.replaced(dense), family);
  }

  /** Of {@code lenet5}, maxima are approximated, too. */
  @ParameterizedTest(name = "{0}, {2} terms, seed " + SEED)
  @CsvSource({"fashion, 28, 3", "resnet20, 8, 2", "lenet5, 28, 4"})
  void shouldKeepHarmonicsFromTrainingToPrivateInference(String name, int size, int terms)
      throws OrtException {
    NetworkGraph exact = Zoo.build(name, inputShape(name, size), CLASSES, null, SEED);
    NetworkGraph graph =
        FusedCompiler.compile(
                exact,
                List.of(Zoo.randomInput(exact, SEED), Zoo.randomInput(exact, SEED + 1)),
                FusedSettings.standard().withApproximation(Approximation.fixed(terms)))
            .approximated()
            .orElseThrow()
            .graph();

    CompiledNetwork compiled =
        shouldGoFromTrainingToPrivateInference(graph, new ActivationFamily.Kept(terms));

    int checked = 0;
    for (GraphNode node : graph.nodes()) {
      if (node instanceof HarmonicNode trained) {
        assertPrivate(trained, compiled);
        checked++;
      }
    }
    assertTrue(checked > 0);
  }

  /**
   * The plan has the harmonics of the training, at a period that may be longer. Sizes and phases
   * are rounded to float in between: an amplitude is off by five half units in the last place.
   */
  private static void assertPrivate(HarmonicNode trained, CompiledNetwork compiled) {
    HarmonicActivationLayer layer =
        (HarmonicActivationLayer)
            compiled.plan().layers().stream()
                .filter(candidate -> candidate.name().equals(trained.name()))
                .findFirst()
                .orElseThrow();
    HarmonicFunction expected = trained.function();
    HarmonicFunction actual = layer.activation().function();
    assertEquals(expected.harmonicCount(), actual.harmonicCount());
    for (int c = 0; c < expected.channelCount(); c++) {
      int channel = actual.channelCount() == 1 ? 0 : c;
      assertEquals((float) expected.constant(c), actual.constant(channel));
      assertEquals((float) expected.slope(c), actual.slope(channel));
      for (int k = 0; k < expected.harmonicCount(); k++) {
        double tolerance = 5.01 * 0x1p-24 * Math.hypot(expected.cosine(c, k), expected.sine(c, k));
        assertEquals(
            expected.multiple(c, k) / trained.period(),
            actual.multiple(channel, k) / layer.activation().period());
        assertEquals(expected.cosine(c, k), actual.cosine(channel, k), tolerance);
        assertEquals(expected.sine(c, k), actual.sine(channel, k), tolerance);
      }
    }
  }

  private static CompiledNetwork shouldGoFromTrainingToPrivateInference(
      NetworkGraph graph, ActivationFamily family) throws OrtException {
    float[] images = images(graph);
    NetworkGraph trained = afterOneStep(graph, family, images);
    assertEquals(Zoo.parameterCount(graph), Zoo.parameterCount(trained));
    assertEquals(graph.multiplyAdds(), trained.multiplyAdds());
    float[] input = Arrays.copyOf(images, graph.inputShape().elementCount());
    float[] logits = new FloatEvaluator(trained).run(input);
    float tolerance = 1e-4f * largest(logits);

    byte[] model = OnnxExporter.write(trained, Map.of("activation", family.name()));
    assertArrayEquals(logits, onRuntime(model, input, graph.inputShape()), tolerance, "runtime");
    NetworkGraph imported = OnnxImporter.read(model, graph.name());
    assertArrayEquals(logits, new FloatEvaluator(imported).run(input), tolerance, "imported");

    CompiledNetwork compiled =
        !(family instanceof ActivationFamily.Relu)
            ? FusedCompiler.compile(imported, List.of(input), FusedSettings.standard())
            : ClassicCompiler.compile(imported, List.of(input), ClassicSettings.standard());
    LocalReport report = LocalRun.of(compiled).run(input);
    assertTrue(report.ok(), report::toString);
    return compiled;
  }

  private static Shape inputShape(String name, int size) {
    return Shape.of(Zoo.usualInputShape(name).dim(0), size, size);
  }

  private static float[] images(NetworkGraph graph) {
    int elements = graph.inputShape().elementCount();
    float[] images = new float[BATCH * elements];
    for (int i = 0; i < BATCH; i++) {
      System.arraycopy(Zoo.randomInput(graph, SEED + i), 0, images, i * elements, elements);
    }
    return images;
  }

  /** Returns what the trainer evaluates is what the graph taken from it means. */
  private static NetworkGraph afterOneStep(
      NetworkGraph graph, ActivationFamily family, float[] images) {
    GraphNetwork network = new GraphNetwork(graph, family, Set.of(), 1);
    ai.djl.ndarray.types.Shape shape = Dims.batched(BATCH, graph.inputShape());
    try (Model model = Model.newInstance("zoo", Device.cpu())) {
      model.setBlock(network);
      try (Trainer trainer = model.newTrainer(config());
          NDManager manager = trainer.getManager().newSubManager()) {
        trainer.initialize(shape);
        NDArray batch = manager.create(images, shape);
        try (GradientCollector collector = trainer.newGradientCollector()) {
          NDArray logits = trainer.forward(new NDList(batch)).get(0);
          NDArray targets = manager.ones(logits.getShape());
          collector.backward(CrossEntropy.of(logits, targets));
        }
        trainer.step();
        NetworkGraph trained = network.trained();
        float[] expected = trainer.evaluate(new NDList(batch)).get(0).toFloatArray();
        float[] first = Arrays.copyOf(expected, CLASSES);
        assertArrayEquals(
            first,
            new FloatEvaluator(trained)
                .run(Arrays.copyOf(images, graph.inputShape().elementCount())),
            1e-4f * largest(first),
            "trainer");
        return trained;
      }
    }
  }

  private static DefaultTrainingConfig config() {
    return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
        .optDevices(new Device[] {Device.cpu()})
        .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(1e-3f)).build());
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertTrue(largest > 0 && largest < 1e6, "largest logit " + largest);
    return largest;
  }

  private static float[] onRuntime(byte[] model, float[] image, Shape shape) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = Dims.batched(1, shape).getShape();
    try (OrtSession session = environment.createSession(model, new OrtSession.SessionOptions());
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), dims);
        OrtSession.Result result = session.run(Map.of(OnnxExporter.INPUT, input))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    }
  }
}
