// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Ring;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Visibility in plans, model shares and files. */
class VisibilityTest {
  private static final FusedNetwork NETWORK = SampleNetwork.ODD_POOL.compiled(4);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldStayInThePlanThroughItsBytes(Visibility visibility) {
    NetworkPlan plan = NETWORK.plan().with(visibility);

    NetworkPlan read = NetworkPlan.decode(plan.encode());

    assertEquals(visibility, read.visibility());
    assertEquals(plan.layers(), read.layers());
    for (PlanLayer layer : read.layers()) {
      if (layer instanceof WeightedLayer weighted) {
        assertEquals(visibility, weighted.visibility());
        assertEquals(visibility == Visibility.PUBLIC, weighted.isCommunicationFree());
      }
    }
    for (Visibility other : Visibility.values()) {
      boolean same = Arrays.equals(plan.digest(), NETWORK.plan().with(other).digest());
      assertEquals(visibility == other, same, "roles notice that their visibilities differ");
    }
    assertArrayEquals(NETWORK.plan().encode(), plan.with(Visibility.SHARED).encode());
  }

  /** Plans were shared before there was a choice, with code 0 in the header. */
  @Test
  void shouldReadThePlansOfEarlierProgramsAsShared() {
    byte[] shared = NETWORK.plan().encode();
    byte[] body =
        Arrays.copyOfRange(
            shared, FileFormat.HEADER_BYTES, shared.length - FileFormat.TRAILER_BYTES);

    byte[] earlier = new FileFormat("PSCLPLAN", "plan", 3).encode(0, body);

    assertEquals(Visibility.SHARED, NetworkPlan.decode(earlier).visibility());
    byte[] later = new FileFormat("PSCLPLAN", "plan", 3).encode(3, body);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> NetworkPlan.decode(later));
    assertTrue(refused.getMessage().contains("unknown visibility 3"), refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldGiveEachPartyTheWeightsThatItMayKnow(Visibility visibility) throws Exception {
    FusedNetwork network = NETWORK.with(visibility);
    ModelShare[] read = new ModelShare[2];
    ModelShare[] split = ModelShares.split(network, new SecureRandom());
    for (int i = 0; i < 2; i++) {
      Path file = folder.resolve("party" + i + ".share");
      split[i].write(file);
      read[i] = ModelShare.read(file);
      assertEquals(
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
          Files.getPosixFilePermissions(file));
    }

    for (PlanLayer layer : network.plan().layers()) {
      int id = layer.id();
      if (!(layer instanceof FusedLinearLayer linear)) {
        continue;
      }
      for (int i = 0; i < 2; i++) {
        if (!visibility.hasWeights(i)) {
          assertNull(read[i].weightsOrNull(id));
          assertNull(read[i].biasOrNull(id));
          continue;
        }
        int[] words = Ring.WORDS.words(read[i].weightsOrNull(id));
        assertEquals(
            visibility != Visibility.SHARED,
            Arrays.equals(network.weights(id), words),
            "layer " + id);
        if (linear.biased() && visibility != Visibility.SHARED) {
          assertArrayEquals(network.biasOrNull(id), Ring.WORDS.words(read[i].biasOrNull(id)));
        }
      }
    }
    CompiledNetwork joined = ModelShares.join(read[0], read[1]);
    for (PlanLayer layer : network.plan().layers()) {
      assertArrayEquals(network.weights(layer.id()), joined.weightWordsOrNull(layer.id()));
      assertArrayEquals(network.biasOrNull(layer.id()), joined.biasWordsOrNull(layer.id()));
    }
  }

  /** The file of the party that may not know the weights has none in it. */
  @Test
  void shouldWriteNoWeightIntoTheFileOfTheOwnersPeer() throws Exception {
    FusedNetwork network = NETWORK.with(Visibility.OWNED);
    Path file = folder.resolve("party1.share");

    ModelShares.split(network, new SecureRandom())[1].write(file);

    int fixed = FileFormat.HEADER_BYTES + FileFormat.TRAILER_BYTES + 16 + Integer.BYTES;
    assertEquals(fixed + network.plan().encode().length, Files.size(file));
  }

  @Test
  void shouldRefuseLayersOfAnotherVisibilityThanThePlans() {
    NetworkPlan owned = NETWORK.plan().with(Visibility.OWNED);

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new NetworkPlan(
                    "mixed",
                    owned.inputShape(),
                    owned.inputFractionBits(),
                    owned.inputRange(),
                    owned.layers(),
                    owned.outputTransform(),
                    Visibility.PUBLIC));

    assertTrue(refused.getMessage().contains("in a plan of PUBLIC"), refused.getMessage());
  }

  @Test
  void shouldRefuseOtherThanSharedWeightsInTheClassicSuite() {
    ClassicNetwork classic = ClassicSample.values()[0].compiled(1);

    assertEquals(classic.plan().layers(), classic.with(Visibility.SHARED).plan().layers());
    for (Visibility visibility : new Visibility[] {Visibility.OWNED, Visibility.PUBLIC}) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> classic.with(visibility));
      assertTrue(refused.getMessage().contains("use the fused suite"), refused.getMessage());
    }
  }

  /** Nobody opens public weights, and nobody but their owner masks owned ones. */
  @Test
  void shouldRefuseStepsThatTheVisibilityDoesNotHave() {
    KeyedRandom random =
        KeyedRandom.derive(CorrelationKey.generate(new SecureRandom()), new byte[] {1});
    for (PlanLayer layer : NETWORK.plan().layers()) {
      if (!(layer instanceof FusedLinearLayer)) {
        continue;
      }
      FusedLinearLayer open = linear(Visibility.PUBLIC, layer.id());
      FusedLinearLayer owned = linear(Visibility.OWNED, layer.id());
      assertThrows(IllegalStateException.class, () -> open.maskWeights(0, 1, random, null));
      assertThrows(IllegalStateException.class, () -> owned.maskWeights(1, 1, random, null));
      assertThrows(
          IllegalStateException.class, () -> owned.localMap(0, LinearKernels.best(), null, null));
    }
  }

  private static FusedLinearLayer linear(Visibility visibility, int id) {
    return (FusedLinearLayer) NETWORK.plan().with(visibility).layers().get(id);
  }

  @Test
  void shouldTakeLessMemoryTheMoreIsKnown() {
    MemoryNeed shared = need(Visibility.SHARED);
    MemoryNeed owned = need(Visibility.OWNED);
    MemoryNeed open = need(Visibility.PUBLIC);

    assertEquals(2 * shared.packedBytes(), shared.partyPackedBytes());
    assertEquals(owned.packedBytes(), owned.partyPackedBytes());
    assertEquals(open.packedBytes(), open.partyPackedBytes());
    assertEquals(2 * shared.shareBytes(), shared.openingsBytes());
    assertEquals(owned.shareBytes(), owned.openingsBytes());
    assertEquals(0, open.openingsBytes());
    assertEquals(shared.packedBytes(), owned.dealerWeightBytes());
    assertEquals(0, open.dealerWeightBytes());
    assertFalse(open.correlationBytesOfInference() >= shared.correlationBytesOfInference());
  }

  private static MemoryNeed need(Visibility visibility) {
    return MemoryNeed.of(NETWORK.plan().with(visibility), LinearKernels.scalar());
  }
}
