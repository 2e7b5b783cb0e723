// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static io.pascaline.layers.onnx.TestModel.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files are imported or refused, never anything else, and never slowly. */
class DamagedFileTest {
  private static final int MUTATIONS = 3_000;

  private static final String[] OPERATORS = {
    "Conv",
    "Gemm",
    "MatMul",
    "BatchNormalization",
    "Add",
    "Sub",
    "Sum",
    "Mul",
    "Div",
    "Neg",
    "Pow",
    "Relu",
    "MaxPool",
    "GlobalMaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "ReduceMean",
    "Pad",
    "Flatten",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Shape",
    "Identity",
    "Dropout",
    "Cast",
    "Transpose",
    "Concat",
    "Gather",
    "Slice",
    "Split",
    "ConvTranspose",
    "Resize",
    "Upsample",
    "DepthToSpace",
    "SpaceToDepth",
    "ReduceSum",
    "ReduceMax",
    "ConstantOfShape",
    "Constant",
    "Sqrt",
    "Reciprocal"
  };

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldImportOrRefuseMutatedFiles(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] models = {network(), arithmetic(), functions(), shapes()};
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] mutated = mutated(models[i % models.length], random);
      refused += isRefused(mutated, "seed " + seed + " mutation " + i) ? 1 : 0;
    }

    assertTrue(refused > MUTATIONS / 4, "mutations must matter, but only " + refused + " did");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5, 6})
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldImportOrRefuseRewiredGraphs(long seed) throws InvalidProtocolBufferException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] models = {network(), arithmetic(), functions(), shapes()};
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(models[i % models.length]);
      for (int change = 0; change <= random.nextInt(3); change++) {
        rewire(model.getGraphBuilder(), random);
      }
      byte[] rewired = model.build().toByteArray();
      refused += isRefused(rewired, "seed " + seed + " mutation " + i) ? 1 : 0;
    }

    assertTrue(refused > MUTATIONS / 4, "mutations must matter, but only " + refused + " did");
  }

  @ParameterizedTest(name = "model {0}")
  @ValueSource(ints = {0, 1, 2, 3})
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldRefuseEveryTruncatedFile(int index) {
    byte[] model = new byte[][] {network(), arithmetic(), functions(), shapes()}[index];
    // The operator sets lie before the graph, which fills the file to its last byte.
    int refused = 0;
    for (int length = 0; length < model.length; length++) {
      refused += isRefused(Arrays.copyOf(model, length), "length " + length) ? 1 : 0;
    }

    assertEquals(model.length, refused);
  }

  @Test
  void shouldImportTheFilesBeforeTheyAreDamaged() {
    for (byte[] model : new byte[][] {network(), arithmetic(), functions(), shapes()}) {
      RuntimeAgreement.check(model, 1);
    }
  }

  private static boolean isRefused(byte[] model, String which) {
    try {
      OnnxImporter.read(model, "test");
      return false;
    } catch (ModelFormatException e) {
      assertEquals(1, e.getMessage().lines().count(), which);
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError(which + " escapes as " + e, e);
    }
  }

  private static byte[] mutated(byte[] model, SplittableRandom random) {
    byte[] mutated =
        random.nextInt(8) == 0 ? Arrays.copyOf(model, random.nextInt(model.length)) : model.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && mutated.length > 0; i++) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutated[at] = (byte) random.nextInt();
        case 2 -> mutated[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        default -> {
          int from = random.nextInt(mutated.length);
          int length = Math.min(1 + random.nextInt(12), mutated.length - Math.max(at, from));
          System.arraycopy(mutated.clone(), from, mutated, at, length);
        }
      }
    }
    return mutated;
  }

  /** Changes an operator, an input, an attribute, a number or a dimension of a valid message. */
  private static void rewire(GraphProto.Builder graph, SplittableRandom random) {
    NodeProto.Builder node = graph.getNodeBuilder(random.nextInt(graph.getNodeCount()));
    int kind = random.nextInt(5);
    if (kind == 0) {
      node.setOpType(OPERATORS[random.nextInt(OPERATORS.length)]);
    } else if (kind == 1 && node.getInputCount() > 0) {
      NodeProto other = graph.getNode(random.nextInt(graph.getNodeCount()));
      node.setInput(random.nextInt(node.getInputCount()), other.getOutput(0));
    } else if (kind == 2 && node.getAttributeCount() > 0) {
      AttributeProto.Builder attribute =
          node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
      attribute.setI(number(random));
      for (int i = 0; i < attribute.getIntsCount(); i++) {
        attribute.setInts(i, number(random));
      }
      renumber(attribute.getTBuilder(), random);
    } else if (kind == 3 && graph.getInitializerCount() > 0) {
      renumber(graph.getInitializerBuilder(random.nextInt(graph.getInitializerCount())), random);
    } else {
      TensorShapeProto.Builder shape =
          graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
      shape.getDimBuilder(1 + random.nextInt(shape.getDimCount() - 1)).setDimValue(number(random));
    }
  }

  private static void renumber(TensorProto.Builder tensor, SplittableRandom random) {
    if (tensor.getInt64DataCount() > 0 && random.nextBoolean()) {
      tensor.setInt64Data(random.nextInt(tensor.getInt64DataCount()), number(random));
    } else if (tensor.getDimsCount() > 0) {
      tensor.setDims(random.nextInt(tensor.getDimsCount()), number(random));
    }
  }

  private static long number(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> 1L << random.nextInt(64);
      default -> random.nextInt(-3, 9);
    };
  }

  private static byte[] network() {
    return new TestModel(1, -1, 2, 6, 6)
        .weights("w", 1, 2, 1, 3, 3)
        .weights("b", 1, 2)
        .weightsIn("v", 1, 2, 2)
        .weights("f", 1, 3, 8)
        .constants("p", 0, 0, 1, 1, 0, 0, 1, 1)
        .node("Pad", "x p -> padded")
        .node("Conv", "padded w b -> c", integer("group", 2), ints("strides", 1, 1))
        .node("BatchNormalization", "c b b b v -> n")
        .node("Add", "n x -> s")
        .node("Mul", "s s -> a")
        .node("AveragePool", "a -> q", ints("kernel_shape", 3, 3), ints("strides", 3, 3))
        .constants("t", 0, -1)
        .node("Reshape", "q t -> r")
        .node("Gemm", "r f -> y", integer("transB", 1))
        .bytes();
  }

  private static byte[] arithmetic() {
    return new TestModel(1, -1, 4)
        .constant("one", 1)
        .constant("three", 3)
        .node("Shape", "x -> s")
        .constants("from", 0)
        .constants("to", 1)
        .node("Slice", "s from to -> n")
        .constants("rest", 2, 2)
        .node("Concat", "n rest -> t", integer("axis", 0))
        .node("Reshape", "x t -> r")
        .node("Pow", "r three -> p")
        .node("Div", "p three -> d")
        .node("Sub", "one d -> u")
        .node("Mul", "u r -> m")
        .weights("w", 1, 4, 2)
        .node("Transpose", "w -> wt", ints("perm", 1, 0))
        .constants("last", 2)
        .node("Unsqueeze", "wt last -> wu")
        .node("Squeeze", "wu last -> ws")
        .node("Split", "ws -> w1 w2", integer("axis", 1))
        .node("Concat", "w1 w2 -> w3", integer("axis", 1))
        .node("Flatten", "m -> f")
        .node("Gemm", "f w3 -> y", integer("transB", 1))
        .bytes();
  }

  private static byte[] shapes() {
    return new TestModel(1, -1, 4, 5, 6)
        .weights("w", 1, 4, 2, 2, 2)
        .constants("p", 0, 0, 1, 0, 0, 0, 0, 2)
        .constants("from", 4, 0)
        .constants("to", 0, 3)
        .constants("axes", 2, 3)
        .constants("steps", -1, 2)
        .constants("order", 3, 1, 1, 0)
        .constants("size", 1, 2, 8, 12)
        .node("Pad", "x p -> a", text("mode", "edge"))
        .node("Slice", "a from to axes steps -> b")
        .node("Transpose", "b -> c", ints("perm", 0, 1, 3, 2))
        .node("Gather", "c order -> d", integer("axis", 1))
        .node("ConvTranspose", "d w -> e", ints("strides", 2, 2))
        .node("Split", "e -> f g", integer("axis", 2))
        .node("Concat", "g f -> h", integer("axis", 3))
        .node("Resize", "h _ _ size -> i", text("mode", "nearest"))
        .node("MaxPool", "i -> j", ints("kernel_shape", 2, 2), ints("dilations", 2, 1))
        .node("AveragePool", "j -> k", ints("kernel_shape", 3, 3), ints("pads", 1, 1, 1, 1))
        .node("ReduceMax", "k -> l", ints("axes", 1), integer("keepdims", 0))
        .node("DepthToSpace", "i -> unused", integer("blocksize", 1))
        .node("Flatten", "l -> y")
        .bytes();
  }

  private static byte[] functions() {
    return new TestModel(1, -1, 4)
        .function(PolynomialFunction.definition(2, 17))
        .node(PolynomialFunction.call("a", "x", "t", 2, 1, 2, 3))
        .node(PolynomialFunction.call("b", "t", "y", 2, 1, 0.5))
        .bytes();
  }
}
