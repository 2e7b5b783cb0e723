// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChannelsFirstTest {
  private static final long SEED = 20260404;

  private static TestModel model(long... dims) {
    return new TestModel(SEED, dims)
        .node("Transpose", "x -> t", ints("perm", 0, 3, 1, 2))
        .weights("w", 0.5, 4, dims[3], 3, 3)
        .node("Conv", "t w -> y");
  }

  @Test
  void shouldReadTheSamePictureWithChannelsFirst() {
    byte[] last = model(1, 6, 5, 3).bytes();
    byte[] first = ChannelsFirst.of(last, "test");
    NetworkGraph graph = RuntimeAgreement.check(first, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] picture = new float[90];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = (float) random.nextDouble();
    }
    float[] expected =
        new FloatEvaluator(OnnxImporter.read(last, "test"))
            .run(TensorView.transposed(Shape.of(3, 6, 5), 1, 2, 0).apply(picture, 0f));
    float[] actual = new FloatEvaluator(graph).run(picture);

    assertEquals(Shape.of(3, 6, 5), graph.inputShape());
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], "seed " + SEED + " element " + i);
    }
  }

  @Test
  void shouldLeaveOtherInputsAsTheyAre() {
    byte[] first = new TestModel(SEED, 1, 3, 6, 3).node("Relu", "x -> y").bytes();
    byte[] many = model(1, 6, 5, 7).bytes();
    byte[] line = new TestModel(SEED, 1, 6, 3).node("Relu", "x -> y").bytes();

    assertSame(first, ChannelsFirst.of(first, "test"));
    assertSame(many, ChannelsFirst.of(many, "test"));
    assertSame(line, ChannelsFirst.of(line, "test"));
  }
}
