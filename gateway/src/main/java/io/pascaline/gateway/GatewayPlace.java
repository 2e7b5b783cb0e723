// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.Optional;

/**
 * The party that a gateway belongs to, and its place among cells. Both are the same for all models
 * that the gateway serves.
 *
 * @param partyId 0 or 1
 * @param hasCells whether the gateway brings requests to cells, which clients name
 * @param cell the cell that the party of the gateway's process is in; empty for none
 */
record GatewayPlace(int partyId, boolean hasCells, Optional<String> cell) {
  /** Checks that a gateway that brings requests to cells is in no cell itself. */
  GatewayPlace {
    if (hasCells && cell.isPresent()) {
      throw new IllegalArgumentException(
          "a gateway that brings requests to cells is in none itself: " + cell.get());
    }
  }
}
