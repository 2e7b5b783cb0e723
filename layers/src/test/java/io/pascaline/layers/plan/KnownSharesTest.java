// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ProductSample;
import io.pascaline.layers.compile.SampleNetwork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What party 1 of an owned network knows in the offline phase. */
class KnownSharesTest {
  private static NetworkPlan owned(SampleNetwork sample) {
    return sample.compiled(3).with(Visibility.OWNED).plan();
  }

  private static List<PlanLayer> ofKind(NetworkPlan plan, Class<?> kind) {
    List<PlanLayer> found = new ArrayList<>();
    for (PlanLayer layer : plan.layers()) {
      if (kind.isInstance(layer)) {
        found.add(layer);
      }
    }
    return found;
  }

  /** Stem, a block with a shortcut that is its input, a block with a convolution as shortcut. */
  @Test
  void shouldReshareTheInputOfABlockForItsShortcut() {
    NetworkPlan plan = owned(SampleNetwork.RESIDUAL);
    KnownShares known = plan.knownShares();

    List<PlanLayer> linear = ofKind(plan, FusedLinearLayer.class);
    List<PlanLayer> activations = ofKind(plan, FusedFunctionLayer.class);

    assertEquals(5, linear.size());
    assertEquals(3, activations.size());
    for (PlanLayer activation : activations) {
      assertTrue(known.opensInAdvance(activation.id()), known.toString());
    }
    List<Boolean> inAdvance = new ArrayList<>();
    List<Boolean> reshares = new ArrayList<>();
    for (PlanLayer layer : linear) {
      inAdvance.add(known.opensInAdvance(layer.id()));
      reshares.add(known.reshares(layer.id()));
    }
    // Stem, branch, the first and the second convolution that read the block, the classifier.
    assertEquals(List.of(false, false, false, true, false), inAdvance);
    assertEquals(List.of(false, true, true, false, false), reshares);
    for (PlanLayer join : ofKind(plan, JoinLayer.class)) {
      assertTrue(known.isAwaited(join.id()));
      assertTrue(known.isKnown(join, 0) && known.isKnown(join, 1));
    }
  }

  /** All of an activation's opening is known, or it stays in the online phase. */
  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldOpenInAdvanceOnlyWhatReadsKnownSharesAlone(SampleNetwork sample) {
    NetworkPlan plan = owned(sample);
    KnownShares known = plan.knownShares();
    for (PlanLayer layer : plan.layers()) {
      boolean all = true;
      for (int port = 0; port < layer.inputs().size(); port++) {
        all &= known.isKnown(layer, port);
        int resharing = known.resharingLayer(layer, port);
        if (resharing >= 0) {
          assertTrue(known.reshares(resharing) && resharing < layer.id());
          assertEquals(layer.inputs().get(port), plan.layers().get(resharing).inputs().get(0));
          assertFalse(known.opensInAdvance(resharing), "what is re-shared was not known before");
        }
      }
      assertEquals(all && layer instanceof StepLayer, known.opensInAdvance(layer.id()));
    }
    assertFalse(known.opensInAdvance(0), "nobody knows the input");
  }

  @ParameterizedTest
  @EnumSource(
      value = Visibility.class,
      names = {"SHARED", "PUBLIC"})
  void shouldKnowNothingOfANetworkThatPartyZeroDoesNotOwn(Visibility visibility) {
    for (SampleNetwork sample : SampleNetwork.values()) {
      NetworkPlan plan = sample.compiled(3).with(visibility).plan();
      KnownShares known = plan.knownShares();
      for (PlanLayer layer : plan.layers()) {
        assertFalse(known.opensInAdvance(layer.id()) || known.reshares(layer.id()));
        assertFalse(known.isAwaited(layer.id()) || known.isKnown(layer, 0));
      }
      assertEquals(0, plan.costs().advanceBytes());
    }
  }

  /** A product's output is known as little as an activation's. */
  @Test
  void shouldOpenOnlineWhatReadsAProduct() {
    NetworkPlan plan = ProductSample.of(3).with(Visibility.OWNED).plan();
    KnownShares known = plan.knownShares();
    for (PlanLayer layer : plan.layers()) {
      for (int port = 0; port < layer.inputs().size(); port++) {
        int producer = layer.inputs().get(port);
        boolean isProduct =
            producer >= 0 && plan.layers().get(producer) instanceof FusedProductLayer;
        assertTrue(
            !isProduct || !known.isKnown(layer, port) || known.resharingLayer(layer, port) >= 0);
      }
    }
  }
}
