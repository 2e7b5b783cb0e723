// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZooTest {
  private static final long SEED = 20260115;

  /**
   * Parameters and multiply-adds, by the arithmetic below; what is published rounds to the same.
   *
   * <p>resnet20, resnet32, resnet110: He et al., table 6, say 0.27 M, 0.46 M and 1.7 M parameters,
   * with shortcuts without parameters. Two projections (16*32 + 2*32 and 32*64 + 2*64) make it 2752
   * more than their 269722, 464154 and 1727962. Multiply-adds of n blocks per stage: 442368 for the
   * first layer (27*16*32*32); each 3x3 convolution 9*16*16*32*32 = 2359296, there are 6n, and the
   * two that double the channels need half of it; projections 131072 each; 640 at the end. 41 M, 69
   * M and 253 M.
   *
   * <p>resnet18: 11.17 M and 0.56 G are the figures of the usual implementation for 32x32 images.
   * 27*64*1024 + 4*9*64*64*1024 + 3 * (3.5*9*64*64*1024 + 64*128*256) + 5120.
   *
   * <p>resnet50: 25.6 M and 4.1 G are those of common implementations for 224x224 images (He et al.
   * say 3.8 G with the stride in the first 1x1 convolution). 25557032 = convolutions 23454912 +
   * normalisations 53120 + 2049000.
   *
   * <p>vgg16: 14.7 M in 13 convolutions (Simonyan and Zisserman, table 2, less the fully connected
   * layers) with biases 4224 and normalisations 8448; 2*(512*512 + 512) + 5130. Multiply-adds
   * 313196544 in convolutions, 529408 after them.
   *
   * <p>minionn: Liu et al., figure 13. 27*64 + 4*9*64*64 + 64*64 + 64*16 + 10*1024 weights and 410
   * biases; multiply-adds (27*64 + 9*64*64) * 1024 + 2*9*64*64*256 + (9*64*64 + 64*64 + 64*16) * 64
   * + 10240.
   *
   * <p>fashion: 400 + 4608 + 9216 + 18432 weights, 288 of normalisations, 31370 at the end;
   * multiply-adds (400 + 4608 + 9216) * 196 + 18432 * 49 + 31360.
   *
   * <p>lenet5: 150 + 2400 + 48000 + 10080 + 840 weights and 236 biases; multiply-adds 150*784 +
   * 2400*100 + 58920.
   *
   * <p>mobilenetv3-tiny: 144 weights at first; in blocks 1312, 3136, 7008 + 4608 and 8544 + 4608,
   * the second terms in squeeze-and-excitation; 6400 + 20480 + 1280; 1400 of normalisations, 378
   * biases. Multiply-adds 144*196 + 1312*196 + 1024*196 + 2112*49 + 7008*49 + 2304*49 + 6240*16 +
   * 6400*16 + 2*4608 + 21760.
   *
   * <p>densenet13: 216 + 108*(24+36+48) + 60*30 + 108*(30+42+54) + 66*33 + 108*(33+45+57) + 690
   * weights, 10 biases, 2*(108+60+126+66+135+69) of normalisations; multiply-adds (216 + 11664 +
   * 1800) * 196 + (13608 + 2178) * 49 + 14580 * 9 + 690.
   *
   * <p>wide: 24 patches of 12 and 24 biases at 31x31; 16*24*32 and 9*32^2 at 15x15, 16*32*96 and
   * 9*96^2 at 7x7, 16*96*192 and 9*192^2 at 3x3, 1930 at the end; in wide-l 64, 192 and 256 in the
   * places of 32, 96 and 192, in wide-xl 96, 256 and 384. In wide-s 16*24 at 14x14, 16*24*96 and
   * twice 9*96^2 at 7x7, and 970; in wide-h 16*16 at 14x14, 16*16*64 at 7x7, 1024^2 and 10250.
   *
   * <p>Activations are the elements of the layers activated: 6n layers of stages of 16*32*32,
   * 32*16*16 and 64*8*8 and the first one, and likewise for the others.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "minionn, 164954, 61089792, 173056",
    "vgg16, 15253578, 313725952, 277504",
    "resnet18, 11173962, 555422720, 557056",
    "resnet20, 272474, 40813184, 188416",
    "resnet32, 466906, 69124736, 303104",
    "resnet110, 1730714, 253149824, 1048576",
    "fashion, 64314, 3722432, 18816",
    "lenet5, 61706, 416520, 6508",
    "mobilenetv3-tiny, 59610, 1279072, 49936",
    "densenet13, 45874, 3586704, 44172",
    "wide-h, 1077674, 1911808, 7296",
    "wide-s, 204730, 10011072, 18816",
    "wide-m, 783810, 17229984, 50328",
    "wide-l, 1971010, 52380448, 75288",
    "wide-xl, 4009922, 101506080, 98264",
  })
  void shouldHaveTheSizeThatIsPublished(
      String name, long parameterCount, long multiplyAdds, long activationCount) {
    NetworkGraph graph = Zoo.build(name, 10, SEED);

    assertEquals(parameterCount, Zoo.parameterCount(graph));
    assertEquals(multiplyAdds, graph.multiplyAdds());
    assertEquals(activationCount, Zoo.activationCount(graph));
    assertEquals(10, graph.outputShape().elementCount());
    assertEquals(10, Zoo.usualClassCount(name));
  }

  @Test
  void shouldHaveTheSizeOfResnet50() {
    NetworkGraph graph = Zoo.build("resnet50", Zoo.usualClassCount("resnet50"), SEED);

    assertEquals(25_557_032, Zoo.parameterCount(graph));
    assertEquals(4_089_184_256L, graph.multiplyAdds());
    assertEquals(9_608_704, Zoo.activationCount(graph));
    assertEquals(1000, graph.outputShape().elementCount());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "minionn",
        "resnet20",
        "resnet110",
        "lenet5",
        "mobilenetv3-tiny",
        "densenet13",
        "wide-s",
        "wide-m"
      })
  void shouldStayInRange(String name) {
    for (NetworkGraph graph :
        List.of(Zoo.build(name, 10, SEED), Zoo.build(name, 10, ReplaceRelu.POLY4, SEED))) {
      Map<String, float[]> tensors = new FloatEvaluator(graph).runAll(Zoo.randomInput(graph, SEED));

      tensors.forEach(
          (tensor, values) -> {
            double largest = 0;
            for (float value : values) {
              largest = Math.max(largest, Math.abs(value));
            }
            // 26 fraction bits and a sign hold 16, and less than 1/64 would be lost in 12 bits.
            assertTrue(
                largest > 1 / 64.0 && largest < 16,
                name + " seed " + SEED + " " + tensor + largest);
          });
    }
  }

  @Test
  void shouldCompileForTheFusedSuite() {
    NetworkGraph graph = Zoo.build("resnet20", 10, ReplaceRelu.POLY4, SEED);

    FusedNetwork network =
        FusedCompiler.compile(
            graph, List.of(Zoo.randomInput(graph, SEED)), FusedSettings.standard());

    // 19 convolutions, 2 projections, 1 product; 19 activations.
    assertEquals(41, network.plan().costs().rounds());
    assertEquals(List.of(), network.warnings());
  }

  @Test
  void shouldBeTheSameNetworkForTheSameSeedOnly() {
    float[] first = ((LinearNode) Zoo.build("minionn", 10, 1).nodes().get(0)).weights();
    float[] again = ((LinearNode) Zoo.build("minionn", 3, 1).nodes().get(0)).weights();
    float[] other = ((LinearNode) Zoo.build("minionn", 10, 2).nodes().get(0)).weights();

    assertArrayEquals(first, again);
    assertFalse(java.util.Arrays.equals(first, other));
  }

  @Test
  void shouldUseTheActivationAskedFor() {
    NetworkGraph exact = Zoo.build("resnet20", 10, SEED);
    NetworkGraph smooth = Zoo.build("resnet20", 10, ReplaceRelu.POLY4, SEED);

    assertEquals(19, exact.nodes().stream().filter(n -> n instanceof ReluNode).count());
    assertEquals(19, smooth.nodes().stream().filter(n -> n instanceof ActivationNode).count());
    assertEquals(0, smooth.nodes().stream().filter(n -> n instanceof ReluNode).count());
  }

  @Test
  void shouldNameWhatItKnows() {
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> Zoo.build("resnet19", 10, SEED));
    IllegalArgumentException empty =
        assertThrows(IllegalArgumentException.class, () -> Zoo.build("minionn", 0, SEED));

    assertTrue(unknown.getMessage().contains("'resnet19'"), unknown.getMessage());
    assertTrue(unknown.getMessage().contains("resnet18"), unknown.getMessage());
    assertTrue(empty.getMessage().contains("classCount is 0"), empty.getMessage());
    assertEquals(16, Zoo.names().size());
  }
}
