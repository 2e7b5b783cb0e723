// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What an inference under a plan costs, exactly, from the plan alone. Payload only: framing is the
 * transport's.
 *
 * @param receiver who is sent the corrections
 * @param layers one entry per layer, in order
 */
public record PlanCosts(CorrectionReceiver receiver, List<LayerCost> layers) {

  /** Copies the list. */
  public PlanCosts {
    layers = List.copyOf(layers);
  }

  /** Returns the costs of a plan. */
  static PlanCosts of(NetworkPlan plan) {
    KnownShares known = plan.knownShares();
    return new PlanCosts(
        plan.visibility().correctionReceiver(),
        plan.layers().stream()
            .map(
                layer ->
                    known.opensInAdvance(layer.id())
                        ? LayerCost.of(layer).inAdvance()
                        : LayerCost.of(layer))
            .toList());
  }

  /** Openings of one inference, simultaneous ones or messages from one party to the other. */
  public int rounds() {
    return Math.toIntExact(total(LayerCost::rounds));
  }

  /** Returns the masked tensors that one party sends, per inference. */
  public int openings(int partyId) {
    return Math.toIntExact(total(layer -> layer.openings(partyId)));
  }

  /** Payload bytes that each party sends to the other in the online phase, per inference. */
  public SentBytes online() {
    return sent(LayerCost::online);
  }

  /** Payload bytes in the direction that carries more, per inference; mostly both are equal. */
  public long onlineBytesPerDirection() {
    return online().larger();
  }

  /** Payload bytes of openings that party 1 sends to party 0 in advance, per inference. */
  public long advanceBytes() {
    return total(LayerCost::advanceBytes);
  }

  /** Payload bytes of corrections from the dealer to both parties together, per inference. */
  public long offlineBytes() {
    return total(LayerCost::offlineBytes);
  }

  /** Payload bytes of corrections from the dealer to one party for two consecutive inferences. */
  public long offlineBytesOfTwo(int partyId) {
    return receiver.ofTwoSessions(partyId) * offlineBytes();
  }

  /** Payload bytes of the weight opening, once per epoch. */
  public SentBytes setup() {
    return sent(LayerCost::setup);
  }

  /** Payload bytes of the weight opening in the direction that carries more, once per epoch. */
  public long setupBytesPerDirection() {
    return setup().larger();
  }

  /** Multiply-adds of each party that multiplies, online, per inference. */
  public long multiplyAdds() {
    return total(LayerCost::multiplyAdds);
  }

  /**
   * Returns the probability, at most, that some element of some layer is wrong in an inference,
   * because a share wrapped in a local truncation. 0 in the fused suite.
   */
  public double failureProbability() {
    return Math.min(1, layers.stream().mapToDouble(LayerCost::failureProbability).sum());
  }

  private long total(ToLongFunction<LayerCost> part) {
    return layers.stream().mapToLong(part).sum();
  }

  private SentBytes sent(Function<LayerCost, SentBytes> part) {
    return layers.stream().map(part).reduce(SentBytes.NONE, SentBytes::plus);
  }
}
