// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.write.EveryKindOfNode;
import io.pascaline.layers.plaintext.FloatEngine;
import io.pascaline.layers.plaintext.PlaintextEngine;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime shows the tensors and variants that the float evaluator does. */
class OnnxRuntimeEngineTest {
  /** More than a batch. */
  private static final int INPUT_COUNT = 35;

  /**
   * A thousand roundings of values near 1 on a path, which steep waves multiply; a tensor, a row or
   * a variant in the place of another differs by more than a tenth.
   */
  private static final float TOLERANCE = 2e-3f;

  private final OnnxRuntimeEngine engine = new OnnxRuntimeEngine();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldShowTheTensorsOfEachInput(long seed) {
    NetworkGraph graph = EveryKindOfNode.graph(seed);
    Set<String> tensors = new HashSet<>(Set.of("x", "norm", "waves", "gelu", "framed", "y"));
    List<float[]> inputs = inputs();

    Map<String, float[]> expected = tensors(new FloatEngine(), graph, inputs, tensors);
    Map<String, float[]> actual = tensors(engine, graph, inputs, tensors);

    assertEquals(expected.keySet(), actual.keySet());
    assertEquals(tensors.size() * INPUT_COUNT, actual.size());
    expected.forEach(
        (key, values) ->
            assertArrayEquals(values, actual.get(key), TOLERANCE, "seed " + seed + ": " + key));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldRunEachReplacementAlone(long seed) {
    NetworkGraph graph = EveryKindOfNode.graph(seed);
    List<GraphNode> replacements = new ArrayList<>();
    for (String name : List.of("gelu", "relu", "quartic", "tanh")) {
      GraphNode node = graph.node(name);
      replacements.add(wave(node.name(), node.inputs(), node.outputShape()));
    }
    List<float[]> inputs = inputs().subList(0, 3);

    Map<String, float[]> expected = variants(new FloatEngine(), graph, inputs, replacements);
    Map<String, float[]> actual = variants(engine, graph, inputs, replacements);

    assertEquals(3 * 5, actual.size());
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (key, values) ->
            assertArrayEquals(values, actual.get(key), TOLERANCE, "seed " + seed + ": " + key));
  }

  @Test
  void shouldGiveTheNetworksOutputWhereAReplacementDoesNotReachIt() {
    NetworkGraph all = EveryKindOfNode.graph(1);
    GraphNode relu = all.node("relu");
    NetworkGraph graph = new NetworkGraph("part", "x", all.inputShape(), all.nodes(), "cosines");
    GraphNode tanh = all.node("tanh");
    List<GraphNode> replacements =
        List.of(
            wave("tanh", tanh.inputs(), tanh.outputShape()),
            wave("relu", relu.inputs(), relu.outputShape()));

    Map<String, float[]> outputs = variants(engine, graph, inputs().subList(0, 1), replacements);

    assertArrayEquals(outputs.get("0, -1"), outputs.get("0, 0"));
    assertThrows(
        AssertionError.class,
        () -> assertArrayEquals(outputs.get("0, -1"), outputs.get("0, 1"), 0.1f));
  }

  @Test
  void shouldRefuseTensorsThatDoNotExistAndInputsOfAnotherLength() {
    NetworkGraph graph = EveryKindOfNode.graph(1);

    assertThrows(
        IllegalArgumentException.class,
        () -> engine.forEachTensor(graph, inputs(), Set.of("y", "z"), (i, tensor, values) -> {}));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            engine.forEachTensor(
                graph, List.of(new float[71]), Set.of("y"), (i, tensor, values) -> {}));
  }

  /** The float evaluator's results are bit for bit the same, ONNX Runtime's are not. */
  @Test
  void shouldRunByTheFloatEvaluatorWithoutOnnxRuntimeOnTheClassPath() throws Exception {
    NetworkGraph graph = EveryKindOfNode.graph(1);
    GraphNode relu = graph.node("relu");
    List<GraphNode> replacements = List.of(wave("relu", relu.inputs(), relu.outputShape()));
    List<float[]> inputs = inputs().subList(0, 2);
    PlaintextEngine alone =
        (PlaintextEngine)
            new WithoutOnnxRuntime()
                .loadClass(OnnxRuntimeEngine.class.getName())
                .getConstructor()
                .newInstance();

    FloatEngine floats = new FloatEngine();
    Map<String, float[]> tensors = tensors(alone, graph, inputs, Set.of("y"));
    tensors(floats, graph, inputs, Set.of("y"))
        .forEach((key, values) -> assertArrayEquals(values, tensors.get(key)));
    Map<String, float[]> variants = variants(alone, graph, inputs, replacements);
    variants(floats, graph, inputs, replacements)
        .forEach((key, values) -> assertArrayEquals(values, variants.get(key)));
  }

  /** Loads the engine anew, and nothing of ONNX Runtime. */
  private static final class WithoutOnnxRuntime extends ClassLoader {
    WithoutOnnxRuntime() {
      super(OnnxRuntimeEngineTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("ai.onnxruntime.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(OnnxRuntimeEngine.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known == null ? defined(name) : known;
    }

    private Class<?> defined(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static HarmonicNode wave(String name, List<String> inputs, Shape shape) {
    HarmonicFunction function =
        new HarmonicFunction(
            1,
            1,
            new int[] {3},
            new double[] {0.4},
            new double[] {0.5},
            new double[] {0.4},
            new double[] {-0.3});
    return new HarmonicNode(name, inputs, shape, function, 64);
  }

  private static List<float[]> inputs() {
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < INPUT_COUNT; i++) {
      inputs.add(EveryKindOfNode.input(i));
    }
    return inputs;
  }

  private static Map<String, float[]> tensors(
      PlaintextEngine engine, NetworkGraph graph, List<float[]> inputs, Set<String> tensors) {
    Map<String, float[]> shown = new HashMap<>();
    engine.forEachTensor(
        graph, inputs, tensors, (i, tensor, values) -> shown.put(tensor + " " + i, values.clone()));
    return shown;
  }

  private static Map<String, float[]> variants(
      PlaintextEngine engine,
      NetworkGraph graph,
      List<float[]> inputs,
      List<GraphNode> replacements) {
    Map<String, float[]> shown = new HashMap<>();
    engine.forEachReplacement(
        graph, inputs, replacements, (i, k, output) -> shown.put(i + ", " + k, output.clone()));
    return shown;
  }
}
