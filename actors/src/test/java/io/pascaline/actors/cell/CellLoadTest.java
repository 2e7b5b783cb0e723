// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.party.PartyCounters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CellLoadTest {
  private static final long SEED = 5;

  private static CellLoad serving(String cell, int requests, int waiting, long ready) {
    return new CellLoad(cell, true, requests, waiting, ready);
  }

  private static Optional<String> chosen(CellLoad... cells) {
    return CellLoad.leastLoaded(List.of(cells)).map(CellLoad::cell);
  }

  @Test
  void shouldChooseFewestRequestsWhereCorrelationsAreReady() {
    assertEquals(Optional.of("b"), chosen(serving("a", 3, 0, 4), serving("b", 2, 0, 1)));
  }

  @Test
  void shouldPreferReadyCorrelationsToAnIdleCellWithoutAny() {
    assertEquals(Optional.of("a"), chosen(serving("a", 3, 0, 1), serving("b", 0, 0, 0)));
  }

  @Test
  void shouldNotQueueForEverAtTheCellThatHasCorrelations() {
    assertEquals(Optional.of("b"), chosen(serving("a", 9, 6, 2), serving("b", 1, 1, 0)));
  }

  @Test
  void shouldChooseNoCellThatDoesNotServe() {
    assertEquals(Optional.empty(), chosen(new CellLoad("a", false, 0, 0, 9)));
    assertEquals(
        Optional.of("b"), chosen(new CellLoad("a", false, 0, 0, 9), serving("b", 9, 9, 0)));
    assertFalse(CellLoad.of("new", new PartyCounters()).isServing());
  }

  /** Requests that are assigned one after the other spread as evenly as they can. */
  @Test
  void shouldSpreadRequestsEvenlyInAnyOrderOfCells() {
    List<CellLoad> cells = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      cells.add(serving("cell-" + i, 0, 0, 2));
    }
    SplittableRandom random = new SplittableRandom(SEED);
    for (int request = 0; request < 40; request++) {
      Collections.rotate(cells, random.nextInt(cells.size()));
      CellLoad next = CellLoad.leastLoaded(cells).orElseThrow();
      cells.replaceAll(cell -> cell == next ? cell.plus(1) : cell);
    }
    cells.forEach(cell -> assertEquals(10, cell.requests(), "seed " + SEED + ": " + cell));
  }

  @Test
  void shouldRefuseCountsThatCannotBe() {
    assertThrows(IllegalArgumentException.class, () -> serving("a", 1, 2, 0));
    assertThrows(IllegalArgumentException.class, () -> serving("a", 1, 0, -1));
  }
}
