// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.write.EveryKindOfNode;
import io.pascaline.layers.onnx.write.HarmonicsFunction;
import io.pascaline.layers.onnx.write.OnnxWriter;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines with harmonics, written and read again. */
class HarmonicsImportTest {
  /** Half a unit in the last place of a float, relative to it. */
  private static final double U = 0x1p-24;

  /**
   * By channel and for all, with a slope and without. The size r is off by u r, a phase below 4 by
   * 2 u 2, so an amplitude by at most (1 + 4) u r, and a little more for u squared.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldBeTheSameHarmonicsAgain(long seed) {
    int checked = 0;
    for (GraphNode node : EveryKindOfNode.graph(seed).nodes()) {
      if (node instanceof HarmonicNode written) {
        HarmonicNode read = node(OnnxImporter.read(model(written), "test"));
        assertEquals(written.period(), read.period());
        assertSame(written.function(), read.function(), seed);
        checked++;
      }
    }
    assertEquals(3, checked);
  }

  private static void assertSame(HarmonicFunction written, HarmonicFunction read, long seed) {
    String where = "seed " + seed;
    assertEquals(written.channelCount(), read.channelCount(), where);
    assertEquals(written.harmonicCount(), read.harmonicCount(), where);
    assertEquals(written.hasSlope(), read.hasSlope(), where);
    for (int c = 0; c < written.channelCount(); c++) {
      assertEquals((float) written.constant(c), read.constant(c), where);
      assertEquals((float) written.slope(c), read.slope(c), where);
      for (int k = 0; k < written.harmonicCount(); k++) {
        double size = Math.hypot(written.cosine(c, k), written.sine(c, k));
        double tolerance = 5.01 * U * size;
        assertEquals(written.multiple(c, k), read.multiple(c, k), where);
        assertEquals(written.cosine(c, k), read.cosine(c, k), tolerance, where);
        assertEquals(written.sine(c, k), read.sine(c, k), tolerance, where);
      }
    }
  }

  @Test
  void shouldFindTheLargestMultipleAndTheLongestPeriod() {
    for (double period : new double[] {0x1p-20, 1, 0x1p40}) {
      for (int multiple : new int[] {1, 2, 3, (1 << 20) - 1, 1 << 20}) {
        HarmonicNode read = node(OnnxImporter.read(model(wave(multiple, period)), "test"));

        assertEquals(period, read.period());
        assertEquals(multiple, read.function().multiple(0, 0));
      }
    }
  }

  @Test
  void shouldComputeWhatTheOperatorsOfAnotherFunctionSay() throws InvalidProtocolBufferException {
    ModelProto model = ModelProto.parseFrom(model(wave(3, 16)));
    FunctionProto function = model.getFunctions(0);
    FunctionProto.Builder other = function.toBuilder();
    for (int i = 0; i < function.getNodeCount(); i++) {
      NodeProto node = function.getNode(i);
      if (node.getOpType().equals("Cos")) {
        other.setNode(i, node.toBuilder().setOpType("Tanh"));
      }
    }
    byte[] changed = model.toBuilder().setFunctions(0, other).build().toByteArray();

    NetworkGraph graph = RuntimeAgreement.check(changed, 1);

    assertTrue(graph.nodes().stream().noneMatch(HarmonicNode.class::isInstance));
  }

  @Test
  void shouldRefuseFrequenciesThatDoNotRepeatWithThePeriod() throws InvalidProtocolBufferException {
    byte[] model = replaced(model(wave(3, 16)), ".frequency0", 18);

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model, "test"));
    assertTrue(refusal.getMessage().contains("18.0 is not 2 pi times"), refusal.getMessage());
  }

  @ParameterizedTest(name = "{0} inputs")
  @ValueSource(ints = {0, 1, 2, 3, 5, 8})
  void shouldRefuseOtherNumbersOfInputs(int count) throws InvalidProtocolBufferException {
    ModelProto.Builder model = ModelProto.parseFrom(model(wave(3, 16))).toBuilder();
    List<String> inputs = new ArrayList<>(model.getGraph().getNode(0).getInputList());
    while (inputs.size() < count) {
      inputs.add(inputs.get(2));
    }
    NodeProto.Builder call = model.getGraphBuilder().getNodeBuilder(0).setOpType("Harmonics");
    call.clearInput().addAllInput(inputs.subList(0, count));

    ModelFormatException refusal =
        assertThrows(
            ModelFormatException.class,
            () -> OnnxImporter.read(model.clearFunctions().build().toByteArray(), "test"));
    assertTrue(refusal.getMessage().contains(count + " inputs"), refusal.getMessage());
  }

  @Test
  void shouldRefuseAPeriodThatIsNoPowerOfTwo() throws InvalidProtocolBufferException {
    byte[] model = replaced(model(wave(3, 16)), ".reciprocal", 0.3f);

    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(model, "test"));
    assertTrue(refusal.getMessage().contains("must be a power of two"), refusal.getMessage());
  }

  /** Tools drop descriptions, name nodes and write the standard domain in either of two ways. */
  @Test
  void shouldFindTheDefinitionWhateverToolsNoteInIt() throws InvalidProtocolBufferException {
    ModelProto model = ModelProto.parseFrom(model(wave(3, 16)));
    FunctionProto.Builder function = model.getFunctions(0).toBuilder().clearDocString();
    for (int i = 0; i < function.getNodeCount(); i++) {
      function.getNodeBuilder(i).setName("node" + i).setDocString("a node");
    }
    function.getNodeBuilder(0).setDomain("");
    function.getNodeBuilder(1).setDomain("ai.onnx");
    function.getOpsetImportBuilder(0).clearDomain();
    function.addOpsetImportBuilder().setDomain("com.example").setVersion(1);
    byte[] changed = model.toBuilder().setFunctions(0, function).build().toByteArray();

    HarmonicNode read = node(OnnxImporter.read(changed, "test"));

    assertSame(wave(3, 16).function(), read.function(), 0);
  }

  /** What would compute anything else must not be taken for the definition. */
  @ParameterizedTest
  @ValueSource(strings = {"input", "output", "opset", "attribute", "domain", "node"})
  void shouldFindNoOtherDefinition(String part) throws InvalidProtocolBufferException {
    FunctionProto defined = ModelProto.parseFrom(model(wave(3, 16))).getFunctions(0);
    assertTrue(HarmonicsFunction.isDefinedBy(defined));
    FunctionProto.Builder other = defined.toBuilder();
    switch (part) {
      case "input" -> other.setInput(3, defined.getInput(4)).setInput(4, defined.getInput(3));
      case "output" -> other.setOutput(0, "wave0");
      case "opset" -> other.getOpsetImportBuilder(0).setVersion(18);
      case "attribute" -> other.getNodeBuilder(0).addAttributeBuilder().setName("scale").setF(2);
      case "domain" -> other.getNodeBuilder(0).setDomain("com.example");
      default -> other.addNode(defined.getNode(0).toBuilder().setOutput(0, "unused"));
    }
    assertFalse(HarmonicsFunction.isDefinedBy(other.build()));
  }

  @Test
  void shouldRefuseMoreHarmonicsThanThereCanBe() throws InvalidProtocolBufferException {
    ModelProto.Builder model = ModelProto.parseFrom(model(wave(3, 16))).toBuilder();
    NodeProto.Builder call = model.getGraphBuilder().getNodeBuilder(0).setOpType("Harmonics");
    List<String> harmonic = List.copyOf(call.getInputList().subList(4, 7));
    for (int k = 1; k <= HarmonicFunction.MAX_HARMONICS; k++) {
      call.addAllInput(harmonic);
    }

    assertRefused(model.clearFunctions(), "has 32 harmonics, more than 31");
  }

  @Test
  void shouldRefuseMoreChannelsThanThereCanBe() throws InvalidProtocolBufferException {
    int count = HarmonicFunction.MAX_CHANNELS + 1;

    assertRefused(ofChannels(count), "has " + count + " channels, more than 1048576");
  }

  /** A file of one number for each channel must not ask for many harmonics of each. */
  @Test
  void shouldChargeTheHarmonicsOfAllChannels() throws InvalidProtocolBufferException {
    ModelProto.Builder model = ofChannels(HarmonicFunction.MAX_CHANNELS);
    NodeProto.Builder call = model.getGraphBuilder().getNodeBuilder(0).setOpType("Harmonics");
    String one = call.getInput(4);
    for (int k = 1; k < HarmonicFunction.MAX_HARMONICS; k++) {
      call.addAllInput(List.of(one, call.getInput(5), one));
    }

    assertRefused(model.clearFunctions(), "constants computed in the graph hold more than");
  }

  /** Returns a model of that many channels, each with another size of its harmonic. */
  private static ModelProto.Builder ofChannels(int count) throws InvalidProtocolBufferException {
    HarmonicNode wave = wave(3, 16);
    HarmonicNode flat =
        new HarmonicNode(
            wave.name(), wave.inputs(), Shape.of(count), wave.function(), wave.period());
    ModelProto.Builder model = ModelProto.parseFrom(model(flat)).toBuilder();
    ByteBuffer sizes = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int c = 0; c < count; c++) {
      sizes.putFloat(c);
    }
    String name = model.getGraph().getNode(0).getInput(6);
    GraphProto.Builder graph = model.getGraphBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      if (graph.getInitializer(i).getName().equals(name)) {
        graph
            .getInitializerBuilder(i)
            .clearDims()
            .addDims(1)
            .addDims(count)
            .setRawData(ByteString.copyFrom(sizes.flip()));
      }
    }
    return model;
  }

  private static void assertRefused(ModelProto.Builder model, String reason) {
    byte[] bytes = model.build().toByteArray();
    ModelFormatException refusal =
        assertThrows(ModelFormatException.class, () -> OnnxImporter.read(bytes, "test"));
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  private static byte[] replaced(byte[] model, String suffix, float value)
      throws InvalidProtocolBufferException {
    ModelProto.Builder changed = ModelProto.parseFrom(model).toBuilder();
    GraphProto.Builder graph = changed.getGraphBuilder();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(0, value);
    int replaced = 0;
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      if (graph.getInitializer(i).getName().endsWith(suffix)) {
        graph.setInitializer(
            i, graph.getInitializer(i).toBuilder().setRawData(ByteString.copyFrom(bytes)));
        replaced++;
      }
    }
    assertEquals(1, replaced);
    return changed.build().toByteArray();
  }

  private static HarmonicNode wave(int multiple, double period) {
    HarmonicFunction function =
        new HarmonicFunction(
            1,
            1,
            new int[] {multiple},
            new double[] {0.25},
            new double[] {0.5},
            new double[] {-0.75},
            new double[] {0.5});
    return new HarmonicNode("wave", List.of("x"), Shape.of(2, 3, 3), function, period);
  }

  private static byte[] model(HarmonicNode node) {
    HarmonicNode first =
        new HarmonicNode(node.name(), List.of("x"), node.shape(), node.function(), node.period());
    NetworkGraph graph = new NetworkGraph("test", "x", node.shape(), List.of(first), node.name());
    return OnnxWriter.named(graph, "x", "y").toByteArray();
  }

  private static HarmonicNode node(NetworkGraph graph) {
    assertEquals(1, graph.nodes().size());
    return assertInstanceOf(HarmonicNode.class, graph.nodes().get(0));
  }
}
