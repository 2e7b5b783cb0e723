// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.Optional;

/**
 * Whose a gateway is and where it is among cells; the same for all models that it serves.
 *
 * @param partyId 0 or 1
 * @param hasCells whether it brings requests to cells, which clients name
 * @param cell that the party of its process is in; empty for none
 */
record GatewayPlace(int partyId, boolean hasCells, Optional<String> cell) {
  /** Refuses to be in a cell and before cells at once. */
  GatewayPlace {
    if (hasCells && cell.isPresent()) {
      throw new IllegalArgumentException(
          "a gateway that brings requests to cells is in none itself: " + cell.get());
    }
  }
}
