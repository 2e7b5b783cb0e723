package io.pascaline.layers.compile;

import io.pascaline.layers.plan.LinearLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.ring.Shape;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;
import java.security.SecureRandom;

/** Splits a compiled network into the two halves that parties load. */
public final class ModelShares {

  private ModelShares() {}

  /**
   * Splits weights and biases additively, with fresh randomness on every call. Each half alone is
   * uniformly random.
   *
   * @param network stays as it is.
   * @param random the source of one half.
   * @return the halves of party 0 and party 1.
   */
  public static ModelShare[] split(QuantisedNetwork network, SecureRandom random) {
    final NetworkPlan plan = network.plan();
    final int count = plan.layers().size();
    final WordShare[][] weights = new WordShare[2][count];
    final WordShare[][] biases = new WordShare[2][count];
    for (final PlanLayer layer : plan.layers()) {
      if (layer instanceof LinearLayer linear) {
        final int id = layer.id();
        put(weights, id, linear.map().weightShape(), network.weights(id), random);
        if (linear.biased()) {
          put(biases, id, Shape.of(linear.biasCount()), network.biasOrNull(id), random);
        }
      }
    }
    final byte[] sharingId = new byte[ModelShare.SHARING_ID_BYTES];
    random.nextBytes(sharingId);
    return new ModelShare[] {
      new ModelShare(0, plan, sharingId, weights[0], biases[0]),
      new ModelShare(1, plan, sharingId, weights[1], biases[1])
    };
  }

  private static void put(
      WordShare[][] to, int layer, Shape shape, int[] words, SecureRandom random) {
    final WordShare[] halves = Sharing.share(shape, words, random);
    to[0][layer] = halves[0];
    to[1][layer] = halves[1];
  }
}
