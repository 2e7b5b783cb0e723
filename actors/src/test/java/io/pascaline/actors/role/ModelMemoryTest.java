// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How models share the memory of a process. */
class ModelMemoryTest {
  private static final NetworkPlan PLAN = Fixtures.residual(1).plan();
  private static final RuntimeSettings SETTINGS =
      RuntimeSettings.builder().computeThreads(1).precomputedCorrelations(64).build();

  @Test
  void shouldLeaveHalfOfWhatIsFreeToTheNextModel() {
    long budget = 3 * RoleMemory.minPartyBytes(PLAN, SETTINGS);
    ModelMemory memory = new ModelMemory(budget);

    ModelMemory.Part<Precomputation> first = memory.takeForParty(PLAN, SETTINGS);

    assertTrue(memory.freeBytes() >= budget / 2, () -> memory.freeBytes() + " of " + budget);
    memory.takeForParty(PLAN, SETTINGS);
    assertTrue(memory.freeBytes() >= 0);
    first.release();
    long free = memory.freeBytes();
    first.release();
    assertEquals(free, memory.freeBytes());
  }

  @Test
  void shouldRefuseWhatDoesNotFitAndTakeItWhenThereIsRoom() {
    long minBytes = RoleMemory.minPartyBytes(PLAN, SETTINGS);
    ModelMemory memory = new ModelMemory(2 * minBytes + minBytes / 2);
    List<ModelMemory.Part<?>> parts = new ArrayList<>();
    parts.add(memory.takeForParty(PLAN, SETTINGS));
    parts.add(memory.takeForParty(PLAN, SETTINGS));
    long free = memory.freeBytes();

    String refusal =
        assertThrows(InsufficientMemoryException.class, () -> memory.takeForParty(PLAN, SETTINGS))
            .getMessage();

    assertTrue(refusal.contains("unload another model") && refusal.contains(PLAN.name()), refusal);
    assertEquals(1, refusal.lines().count());
    assertEquals(free, memory.freeBytes());
    parts.get(0).release();
    memory.takeForParty(PLAN, SETTINGS);
  }

  @Test
  void shouldGiveADealerNoMoreThanItCanUse() {
    ModelMemory memory = new ModelMemory(Runtime.getRuntime().maxMemory() / 2);
    long before = memory.freeBytes();

    ModelMemory.Part<Long> part = memory.takeForDealer(PLAN, SETTINGS);

    assertEquals(RoleMemory.wantedDealBytes(PLAN, SETTINGS), part.use());
    part.release();
    assertEquals(before, memory.freeBytes());
  }
}
