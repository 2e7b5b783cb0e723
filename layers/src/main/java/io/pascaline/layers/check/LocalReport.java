// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a local run found.
 *
 * @param layers one entry per layer, in order
 * @param outputWords the reconstructed output
 * @param output the same in real numbers
 */
public record LocalReport(List<LayerCheck> layers, int[] outputWords, float[] output) {

  /** Copies the list. */
  public LocalReport {
    layers = List.copyOf(layers);
  }

  /** Returns whether every layer did what it should. */
  public boolean ok() {
    return firstDivergence().isEmpty();
  }

  /** Returns the first layer that did not. */
  public Optional<LayerCheck> firstDivergence() {
    return layers.stream().filter(layer -> !layer.ok()).findFirst();
  }

  /** Openings of the run. */
  public long rounds() {
    return total(LayerCheck::rounds);
  }

  /** Payload bytes that one party sent to the other. */
  public long onlineBytes(int partyId) {
    return total(layer -> layer.online().by(partyId));
  }

  /** Payload bytes from the dealer to both parties together. */
  public long correctionBytes() {
    return total(LayerCheck::correctionBytes);
  }

  private long total(ToLongFunction<LayerCheck> part) {
    return layers.stream().mapToLong(part).sum();
  }

  /** Layers that diverged, or that none did; no values. */
  @Override
  public String toString() {
    return firstDivergence()
        .map(layer -> "LocalReport[first divergence: " + layer + "]")
        .orElse("LocalReport[" + layers.size() + " layers ok]");
  }
}
