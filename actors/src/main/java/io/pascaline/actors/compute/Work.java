// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.SessionId;

/**
 * Says what a task does, for whoever measures or models it; the task itself knows nothing of it.
 *
 * @param kind what is done
 * @param layer the layer's id in the plan, or {@link #ALL_LAYERS}
 * @param session the number of the inference, or of the first one where a task is for all images of
 *     a session; {@link SessionId#SETUP_NUMBER} for work that is done once per epoch
 * @param round the round within the layer, from 0
 * @param imageCount inferences that it is for, at least 1
 */
public record Work(Kind kind, int layer, long session, int round, int imageCount) {
  /** The layer of work that concerns the whole network. */
  public static final int ALL_LAYERS = -1;

  /** Kinds of work. */
  public enum Kind {
    /** The dealer draws and packs the weights' masks, once per epoch. */
    DEALER_SETUP,
    /** A party masks its weights, once per epoch. */
    MASK_WEIGHTS,
    /** A party packs the opened, owned or public weights, once per epoch. */
    PACK_WEIGHTS,
    /** The dealer makes a correction, or a party makes one again to check the dealer. */
    DEAL,
    /** A party precomputes a correlation. */
    PREPARE,
    /** A party masks a layer's input, for the first round. */
    OPEN,
    /** A party continues after one round, or multiplies with public weights. */
    ROUND,
    /** A party applies a layer without messages and weights. */
    LOCAL
  }

  /** Work that is done once per epoch. */
  public static Work setup(Kind kind, int layer) {
    return new Work(kind, layer, SessionId.SETUP_NUMBER, 0, 1);
  }

  /** Work for one inference. */
  public static Work of(Kind kind, int layer, long session) {
    return of(kind, layer, session, 1);
  }

  /** Work for all images of a session. */
  public static Work of(Kind kind, int layer, long session, int imageCount) {
    return new Work(kind, layer, session, 0, imageCount);
  }

  /** Returns a party's work after one round, for all images of a session. */
  public static Work afterRound(int layer, long session, int round, int imageCount) {
    return new Work(Kind.ROUND, layer, session, round, imageCount);
  }
}
