// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicSample;
import io.pascaline.layers.compile.HarmonicSample;
import io.pascaline.layers.compile.ProductSample;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.protocols.classic.ExactRelu;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Ring;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkPlanTest {
  private static final int SEEDS = 4;
  private static final int MUTANTS = Boolean.getBoolean("pascaline.long") ? 5_000 : 1_500;
  private static final FileFormat FORMAT = new FileFormat("PSCLPLAN", "plan", 3);

  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldDecodeWhatItEncodes(SampleNetwork sample) {
    NetworkPlan plan = sample.compiled(5).plan();

    NetworkPlan decoded = NetworkPlan.decode(plan.encode());

    assertEquals(plan.layers(), decoded.layers());
    assertEquals(plan.name(), decoded.name());
    assertEquals(plan.inputShape(), decoded.inputShape());
    assertEquals(plan.inputFractionBits(), decoded.inputFractionBits());
    assertArrayEquals(plan.digest(), decoded.digest());
    assertEquals(plan.costs(), decoded.costs());
  }

  @ParameterizedTest
  @EnumSource(ClassicSample.class)
  void shouldDecodePlansOfTheClassicSuite(ClassicSample sample) {
    NetworkPlan plan = sample.compiled(5).plan();

    NetworkPlan decoded = NetworkPlan.decode(plan.encode());

    assertEquals(plan.layers(), decoded.layers());
    assertEquals(Ring.DOUBLE_WORDS, decoded.ring());
    assertArrayEquals(plan.digest(), decoded.digest());
    assertEquals(plan.costs(), decoded.costs());
  }

  @Test
  void shouldTellPlansApartByTheirDigest() {
    byte[] digest = SampleNetwork.RESIDUAL.compiled(1).plan().digest();

    assertArrayEquals(digest, SampleNetwork.RESIDUAL.compiled(1).plan().digest());
    assertEquals(32, digest.length);
    assertFalse(Arrays.equals(digest, SampleNetwork.GROUPED.compiled(1).plan().digest()));
  }

  /** A mutant is refused, or it is another plan whose encoding it is; nothing else may happen. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldRefuseOrUnderstandMutants(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SampleNetwork[] samples = SampleNetwork.values();
    for (int i = (int) (seed % SEEDS); i < samples.length; i += SEEDS) {
      assertMutantsRefusedOrUnderstood(samples[i].compiled(seed).plan().encode(), random);
    }
    assertMutantsRefusedOrUnderstood(
        HarmonicSample.of(SampleNetwork.RESIDUAL.compiled(seed), seed).plan().encode(), random);
    assertMutantsRefusedOrUnderstood(ProductSample.of(seed).plan().encode(), random);
    ClassicSample[] classic = ClassicSample.values();
    assertMutantsRefusedOrUnderstood(
        classic[(int) (seed % classic.length)].compiled(seed).plan().encode(), random);
  }

  private static void assertMutantsRefusedOrUnderstood(byte[] original, SplittableRandom random) {
    int refused = 0;
    byte[] body =
        Arrays.copyOfRange(
            original, FileFormat.HEADER_BYTES, original.length - FileFormat.TRAILER_BYTES);
    for (int round = 0; round < MUTANTS; round++) {
      // The file's checksum finds all damage; whoever writes a plan on purpose makes it right.
      byte[] mutant = FORMAT.encode(0, mutate(body, random));
      try {
        assertArrayEquals(mutant, NetworkPlan.decode(mutant).encode());
      } catch (IllegalArgumentException expected) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }

  private static byte[] mutate(byte[] original, SplittableRandom random) {
    int kind = random.nextInt(4);
    byte[] mutant =
        kind == 0 ? Arrays.copyOf(original, random.nextInt(2 * original.length)) : original.clone();
    for (int n = 0; n < kind && mutant.length > 0; n++) {
      mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
    }
    return mutant;
  }

  @Test
  void shouldRefuseLayersThatDoNotFitTogether() {
    Shape four = Shape.of(4);
    FusedLinearLayer first = linear(0, -1, new MatrixProduct(4, 2), 12, 24);
    FusedLinearLayer second = linear(1, 0, new MatrixProduct(2, 3), 2, 26);

    new NetworkPlan("good", four, 12, null, List.of(first, second));

    refuse("no layers", four, 12);
    refuse("scale", four, 11, first);
    refuse("shape", Shape.of(5), 12, first);
    refuse("id", four, 12, linear(1, -1, new MatrixProduct(4, 2), 12, 24));
    refuse("unused", four, 12, first, linear(1, -1, new MatrixProduct(4, 3), 12, 24));
    refuse("later scale", four, 12, first, linear(1, 0, new MatrixProduct(2, 3), 3, 26));
    JoinLayer uneven = new JoinLayer(1, "sum", List.of(0, 0), Shape.of(2), 2, 4, 25, 1);
    refuse("multiplier", four, 12, first, uneven);
    JoinLayer even = new JoinLayer(1, "sum", List.of(0, 0), Shape.of(2), 6, 6, 25, 3);
    new NetworkPlan("good", four, 12, null, List.of(first, even));
    assertThrows(
        IllegalArgumentException.class, () -> linear(0, 0, new MatrixProduct(4, 2), 12, 24));
  }

  @Test
  void shouldNotMixSuites() {
    FusedLinearLayer fused = linear(0, -1, new MatrixProduct(4, 2), 12, 24);
    ClassicActivationLayer classic =
        new ClassicActivationLayer(
            1, "relu", List.of(0), new ExactRelu(1, Shape.of(2)), fused.outputFractionBits());

    refuse("suites", Shape.of(4), 12, fused, classic);
  }

  @Test
  void shouldEncodeInputsAndDecodeOutputsInBothRings() {
    JoinLayer twice = new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(2), 1, 1, 16, 1);
    ClassicActivationLayer relu =
        new ClassicActivationLayer(0, "relu", List.of(-1), new ExactRelu(0, Shape.of(2)), 16);
    float[] values = {1.5f, -2.25f};

    for (PlanLayer layer : List.of(twice, relu)) {
      NetworkPlan plan = new NetworkPlan("same", Shape.of(2), 16, null, List.of(layer));
      int[] words = plan.encodeInput(values);
      assertEquals(plan.inputWordCount(), words.length);
      assertEquals(2 * plan.ring().wordsPerElement(), words.length);
      assertArrayEquals(values, plan.decodeOutput(words));
      assertThrows(
          IllegalArgumentException.class, () -> plan.encodeInput(new float[] {0, Float.NaN}));
      assertThrows(IllegalArgumentException.class, () -> plan.encodeInput(new float[] {0, 1e30f}));
    }
  }

  @Test
  void shouldTellClientsWhatToMakeOfTheOutput() {
    List<PlanLayer> layers = List.of(linear(0, -1, new MatrixProduct(4, 2), 12, 24));
    for (OutputTransform transform :
        List.of(
            OutputTransform.NONE,
            OutputTransform.elementwise(OutputTransform.Kind.SIGMOID),
            new OutputTransform(OutputTransform.Kind.SOFTMAX, 2, 1),
            new OutputTransform(OutputTransform.Kind.ARG_MAX, 1, 2))) {
      NetworkPlan plan = new NetworkPlan("good", Shape.of(4), 12, null, layers, transform);

      assertEquals(transform, NetworkPlan.decode(plan.encode()).outputTransform());
    }
    OutputTransform three = new OutputTransform(OutputTransform.Kind.SOFTMAX, 3, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new NetworkPlan("bad", Shape.of(4), 12, null, layers, three));
  }

  private static FusedLinearLayer linear(
      int id, int input, MatrixProduct map, int weightBits, int outputBits) {
    double bound = Math.scalb(1.0, 30 - outputBits);
    return new FusedLinearLayer(
        id, "layer" + id, List.of(input), map, weightBits, outputBits, false, bound);
  }

  private static void refuse(String why, Shape input, int bits, PlanLayer... layers) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new NetworkPlan("bad", input, bits, null, List.of(layers)),
        why);
  }
}
