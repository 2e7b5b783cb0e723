// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a command line asks for: one activation for all layers that it fits, and others for single
 * layers.
 *
 * @param everywhereOrNull for all layers without a choice of their own
 * @param ofLayer by the name or number of the layer, as given
 */
record ActivationRequest(Activation everywhereOrNull, Map<String, Activation> ofLayer) {
  private static final String FLAG = "--activation";

  /**
   * Reads words such as {@code espn} and {@code conv2=tree}, several with commas between.
   *
   * @param texts one per flag; may be empty
   * @throws CommandFault naming the word and what is allowed
   */
  static ActivationRequest of(List<String> texts) {
    Activation everywhere = null;
    Map<String, Activation> ofLayer = new LinkedHashMap<>();
    for (String text : texts) {
      for (String part : text.split(",", -1)) {
        // A tensor's name may have the sign in it, a protocol's has not.
        int sign = part.lastIndexOf('=');
        Activation activation = named(part.substring(sign + 1).strip());
        String layer = sign < 0 ? null : part.substring(0, sign).strip();
        Activation other = layer == null ? everywhere : ofLayer.get(layer);
        if (other != null && other != activation) {
          throw new CommandFault(
              FLAG
                  + (layer == null ? " asks for " : " asks layer '" + layer + "' for ")
                  + other.label()
                  + " and "
                  + activation.label(),
              "give one, and others for single layers, as in espn,3=tree");
        }
        if (layer == null) {
          everywhere = activation;
        } else {
          ofLayer.put(layer, activation);
        }
      }
    }
    return new ActivationRequest(everywhere, ofLayer);
  }

  private static Activation named(String label) {
    try {
      return Activation.named(label);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(FLAG + ": " + e.getMessage(), "correct it", e);
    }
  }
}
