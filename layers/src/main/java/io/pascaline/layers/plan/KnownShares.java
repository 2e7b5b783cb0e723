// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import java.util.List;

/**
 * Which shares party 1 of an owned network knows in the offline phase, and which openings it
 * therefore sends then. A function of the plan alone, so both parties decide alike.
 *
 * <pre>
 *   1   The output of a linear step is known: y_1 = -(E*A) - Z_1.
 *   2   The network's input and the outputs of activations and products are not.
 *   3   The first linear step that reads such a tensor re-shares it. Later layers read the new
 *       share, which is known: -A. The linear step itself reads the old one.
 *   4   A local layer's output is known if all that it reads is.
 *   5   A step that reads known shares only opens in advance: party 1 sends its masked tensor in
 *       the offline phase.
 * </pre>
 *
 * <p>Both parties read the new share of a re-shared tensor at the same places, so that their shares
 * always belong together. In a network whose weights are not owned, nothing is known. Immutable.
 */
public final class KnownShares {
  private static final int NONE = -1;

  private final List<PlanLayer> layers;

  /** By tensor, the network's input first: the linear layer that re-shares it, or none. */
  private final int[] resharedBy;

  /** By tensor: whether it is known as its producer made it. */
  private final boolean[] isKnown;

  private final boolean[] reshares;
  private final boolean[] opensInAdvance;

  /** By layer: whether a step that opens in advance depends on what is known of it. */
  private final boolean[] isAwaited;

  private KnownShares(NetworkPlan plan) {
    layers = plan.layers();
    int count = layers.size();
    resharedBy = new int[count + 1];
    isKnown = new boolean[count + 1];
    reshares = new boolean[count];
    opensInAdvance = new boolean[count];
    isAwaited = new boolean[count];
    for (int tensor = 0; tensor <= count; tensor++) {
      resharedBy[tensor] = NONE;
    }
    if (plan.visibility() == Visibility.OWNED) {
      decide();
      await();
    }
  }

  /** Returns what is known in a plan. */
  static KnownShares of(NetworkPlan plan) {
    return new KnownShares(plan);
  }

  private void decide() {
    for (PlanLayer layer : layers) {
      boolean allKnown = true;
      for (int port = 0; port < layer.inputs().size(); port++) {
        int source = resharingLayer(layer, port);
        if (source != NONE) {
          reshares[source] = true;
        }
        allKnown &= isKnown(layer, port);
      }
      int input = layer.inputs().get(0) + 1;
      if (layer instanceof FusedLinearLayer && !isKnown[input] && resharedBy[input] == NONE) {
        resharedBy[input] = layer.id();
      }
      opensInAdvance[layer.id()] = layer instanceof StepLayer && allKnown;
      isKnown[layer.id() + 1] =
          layer instanceof FusedLinearLayer || (layer instanceof LocalLayer && allKnown);
    }
  }

  private void await() {
    boolean[] isRead = new boolean[layers.size() + 1];
    for (int id = layers.size() - 1; id >= 0; id--) {
      PlanLayer layer = layers.get(id);
      isAwaited[id] =
          opensInAdvance[id] || (layer instanceof LocalLayer && isKnown[id + 1] && isRead[id + 1]);
      if (isAwaited[id]) {
        for (int port = 0; port < layer.inputs().size(); port++) {
          isRead[layer.inputs().get(port) + 1] |= isKnown(layer, port);
        }
      }
    }
  }

  /**
   * Returns the linear layer whose new share of a tensor a layer reads.
   *
   * @param port the tensor's place in the layer's inputs
   * @return -1 if it reads the tensor as its producer made it
   */
  public int resharingLayer(PlanLayer reader, int port) {
    int by = resharedBy[reader.inputs().get(port) + 1];
    return by < reader.id() ? by : NONE;
  }

  /**
   * Returns whether party 1 knows its share of what a layer reads in the offline phase.
   *
   * @param port the tensor's place in the layer's inputs
   */
  public boolean isKnown(PlanLayer reader, int port) {
    return isKnown[reader.inputs().get(port) + 1] || resharingLayer(reader, port) != NONE;
  }

  /**
   * Returns whether a layer is to be told what is known of its inputs: a step that opens in
   * advance, or a local layer before one.
   */
  public boolean isAwaited(int layer) {
    return isAwaited[layer];
  }

  /** Returns whether a layer is a linear one whose new share of its input others read. */
  public boolean reshares(int layer) {
    return reshares[layer];
  }

  /** Returns whether party 1 sends the layer's opening in the offline phase. */
  public boolean opensInAdvance(int layer) {
    return opensInAdvance[layer];
  }

  /** Prints the layers whose openings are sent in advance. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("KnownShares[opened in advance:");
    for (int id = 0; id < opensInAdvance.length; id++) {
      text.append(opensInAdvance[id] ? " " + id : "");
    }
    return text.append("]").toString();
  }
}
