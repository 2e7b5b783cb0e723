// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.Share;
import java.security.SecureRandom;
import java.util.Arrays;

/** Splits a compiled network into the two shares that parties load. */
public final class ModelShares {

  private ModelShares() {}

  /**
   * Gives each party what the plan's visibility lets it have: of shared weights and biases, two
   * shares, with fresh randomness on every call, each uniformly random alone; of owned ones,
   * everything to party 0; of public ones, everything to both.
   *
   * @param network stays as it is
   * @param random the source of one share
   * @return the shares of party 0 and party 1
   */
  public static ModelShare[] split(CompiledNetwork network, SecureRandom random) {
    NetworkPlan plan = network.plan();
    int count = plan.layers().size();
    Share[][] weights = new Share[2][count];
    Share[][] biases = new Share[2][count];
    for (PlanLayer layer : plan.layers()) {
      if (layer instanceof WeightedLayer weighted) {
        int id = layer.id();
        put(weights, id, plan, weighted.map().weightShape(), network.weightWordsOrNull(id), random);
        if (weighted.biased()) {
          Shape shape = Shape.of(weighted.biasCount());
          put(biases, id, plan, shape, network.biasWordsOrNull(id), random);
        }
      }
    }
    byte[] sharingId = new byte[ModelShare.SHARING_ID_BYTES];
    random.nextBytes(sharingId);
    return new ModelShare[] {
      new ModelShare(0, plan, sharingId, weights[0], biases[0]),
      new ModelShare(1, plan, sharingId, weights[1], biases[1])
    };
  }

  /**
   * Puts a network together from both shares, which whoever holds both may do.
   *
   * @param first of party 0
   * @param second of party 1, made with it
   * @return the network that was split, without what its compiler had to say
   * @throws IllegalArgumentException if the shares do not belong together
   */
  public static CompiledNetwork join(ModelShare first, ModelShare second) {
    if (first.partyId() != 0
        || second.partyId() != 1
        || !Arrays.equals(first.sharingId(), second.sharingId())) {
      throw new IllegalArgumentException(
          "the shares of parties %d and %d were not made together"
              .formatted(first.partyId(), second.partyId()));
    }
    NetworkPlan plan = first.plan();
    int count = plan.layers().size();
    int[][] weights = new int[count][];
    int[][] biases = new int[count][];
    for (PlanLayer layer : plan.layers()) {
      if (layer instanceof WeightedLayer weighted) {
        int id = layer.id();
        weights[id] = sum(plan, first.weightsOrNull(id), second.weightsOrNull(id));
        if (weighted.biased()) {
          biases[id] = sum(plan, first.biasOrNull(id), second.biasOrNull(id));
        }
      }
    }
    return switch (plan.ring()) {
      case WORDS -> new FusedNetwork(plan, weights, biases);
      case DOUBLE_WORDS -> new ClassicNetwork(plan, doubleWords(weights), doubleWords(biases));
    };
  }

  private static int[] sum(NetworkPlan plan, Share one, Share other) {
    if (plan.visibility() != Visibility.SHARED) {
      return plan.ring().words(one);
    }
    return plan.ring().sum(plan.ring().words(one), plan.ring().words(other));
  }

  private static long[][] doubleWords(int[][] planes) {
    long[][] doubleWords = new long[planes.length][];
    for (int i = 0; i < planes.length; i++) {
      if (planes[i] != null) {
        doubleWords[i] = DoubleWordPlanes.join(planes[i], 0, planes[i].length / 2);
      }
    }
    return doubleWords;
  }

  private static void put(
      Share[][] to, int layer, NetworkPlan plan, Shape shape, int[] words, SecureRandom random) {
    if (plan.visibility() == Visibility.SHARED) {
      Share[] both = plan.ring().split(shape, words, random);
      to[0][layer] = both[0];
      to[1][layer] = both[1];
      return;
    }
    for (int party = 0; party < 2; party++) {
      if (plan.visibility().hasWeights(party)) {
        to[party][layer] = plan.ring().share(shape, words);
      }
    }
  }
}
