// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The transitions of the table of cells, and what is assigned in each state. */
class CellTableTest {
  private static final long SEED = 31;
  private static final PartyReadiness READY = new PartyReadiness(true, true, true);

  private final CellTable<String> table = new CellTable<>();

  private Optional<String> report(String node, String cell, boolean isServing, long nowMs) {
    return table.reported(node, new CellLoad(cell, isServing, 0, 0, 4), READY, nowMs);
  }

  @Test
  void shouldAssignNothingWithoutCells() {
    assertEquals(Optional.empty(), table.assign("", 0));
    assertEquals(Optional.empty(), table.node("a"));
    assertEquals(PartyReadiness.NONE, table.readiness());
  }

  @Test
  void shouldAssignWhatServesAlone() {
    report("node a", "a", false, 0);
    assertEquals(Optional.empty(), table.assign("", 0));
    report("node b", "b", true, 0);
    assertEquals(Optional.of("b"), table.assign("", 0));
    assertEquals(READY, table.readiness());

    // It drains: no new request, and those that name it still reach it.
    report("node b", "b", false, 1);
    assertEquals(Optional.empty(), table.assign("", 1));
    assertEquals(Optional.of("node b"), table.node("b"));
  }

  @Test
  void shouldForgetACellThatIsGone() {
    report("node a", "a", true, 0);
    table.gone("node a");
    assertEquals(Optional.empty(), table.assign("", 0));
    assertEquals(Optional.empty(), table.node("a"));
    assertEquals(List.of(), table.loads());
  }

  @Test
  void shouldReplaceTheFormerIncarnationOfACell() {
    assertEquals(Optional.empty(), report("first", "a", true, 0));
    assertEquals(Optional.empty(), report("first", "a", true, 1));
    assertEquals(Optional.of("first"), report("second", "a", true, 2));
    table.gone("first");
    assertEquals(Optional.of("second"), table.node("a"));
  }

  @Test
  void shouldAvoidACellUnlessThereIsNoOther() {
    report("node a", "a", true, 0);
    assertEquals(Optional.of("a"), table.assign("a", 0));
    report("node b", "b", true, 0);
    for (int i = 0; i < 10; i++) {
      assertEquals(Optional.of("b"), table.assign("a", 0));
    }
  }

  @Test
  void shouldPreferALoadThatIsNotOld() {
    report("node a", "a", true, 0);
    table.reported("node b", new CellLoad("b", true, 9, 0, 4), READY, 5_000);
    assertEquals(Optional.of("b"), table.assign("", 5_000));
    long laterMs = 5_001 + CellTable.LOAD_EXPIRY_MS;
    assertEquals(Optional.of("a"), table.assign("", laterMs), "all are old: the least loaded");
  }

  /** Between two reports, requests spread by what has been assigned. */
  @Test
  void shouldSpreadRequestsBetweenReports() {
    for (String cell : List.of("a", "b", "c")) {
      report("node " + cell, cell, true, 0);
    }
    Map<String, Integer> assigned = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      assigned.merge(table.assign("", 0).orElseThrow(), 1, Integer::sum);
    }
    assertEquals(Map.of("a", 10, "b", 10, "c", 10), assigned);
  }

  /** Whatever happens in whatever order: what is assigned is there, and serves. */
  @Test
  void shouldAssignOnlyWhatIsThereAndServes() {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, String> nodes = new HashMap<>();
    Map<String, Boolean> serving = new HashMap<>();
    for (int step = 0; step < 10_000; step++) {
      String cell = "cell-" + random.nextInt(4);
      String seen = "seed " + SEED + ", step " + step;
      switch (random.nextInt(3)) {
        case 0 -> {
          String node = cell + "/" + random.nextInt(3);
          boolean serves = random.nextBoolean();
          table.reported(node, new CellLoad(cell, serves, 3, 1, random.nextInt(3)), READY, step);
          nodes.put(cell, node);
          serving.put(cell, serves);
        }
        case 1 -> {
          String node = cell + "/" + random.nextInt(3);
          table.gone(node);
          if (nodes.remove(cell, node)) {
            serving.remove(cell);
          }
        }
        default -> {
          Optional<String> assigned = table.assign(cell, step);
          assertEquals(serving.containsValue(true), assigned.isPresent(), seen);
          assigned.ifPresent(
              name -> {
                assertTrue(serving.get(name), seen);
                assertEquals(Optional.of(nodes.get(name)), table.node(name), seen);
              });
        }
      }
    }
  }
}
