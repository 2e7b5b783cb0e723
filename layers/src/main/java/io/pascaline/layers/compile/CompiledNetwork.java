// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import java.util.List;

/** A plan and the integer weights that go with it, of either suite. */
public sealed interface CompiledNetwork permits FusedNetwork, ClassicNetwork {

  /** Returns the public part. */
  NetworkPlan plan();

  /**
   * Returns this network with weights of another visibility; it keeps the arrays of this one.
   *
   * @throws IllegalArgumentException if the network is of the classic suite, which shares weights
   *     only
   */
  CompiledNetwork with(Visibility visibility);

  /** Returns what the compiler has to say about layers with little margin. */
  List<CompilerWarning> warnings();

  /**
   * Weights of a layer in the form in which the plan's ring travels, row-major, or null if it has
   * none. May be the network's own array: read only.
   */
  int[] weightWordsOrNull(int layer);

  /** Bias of a layer in the same form, one element per output channel, or null. */
  int[] biasWordsOrNull(int layer);
}
