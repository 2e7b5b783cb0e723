// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.epoch.CorrelationBudget;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.layers.plan.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ClientCorrelationBudgetTest {
  private static final NetworkPlan PLAN = Fixtures.residual(1).with(Visibility.OWNED).plan();
  private static final int LAYER = PLAN.steps().get(0).id();

  /** One client of a budget, and what it has done. */
  private static final class Client {
    private final CorrelationBudget budget;
    private long opened;
    private long ended;

    Client(ClientCorrelationBudget ofAll) {
      budget = ofAll.newEpoch();
    }

    long held() {
      return budget.grantedEnd(LAYER) - ended;
    }

    void open(int count) {
      opened += count;
      budget.opened(opened);
    }

    void end() {
      ended++;
      for (StepLayer step : PLAN.steps()) {
        budget.release(step.id());
      }
    }
  }

  @Test
  void shouldGrantNothingToAClientThatHasOpenedNothing() {
    Client idle = new Client(new ClientCorrelationBudget(PLAN, 1, 10, 4));

    assertEquals(0, idle.held());
    idle.open(1);
    assertEquals(5, idle.held());
  }

  /** It is told so when the room is there, and nothing is dealt for that. */
  @Test
  void shouldLetAClientThatHasAskedOpenTheNextOneInAdvance() {
    Client client = new Client(new ClientCorrelationBudget(PLAN, 1, 4, 0));
    List<Long> ends = new ArrayList<>();
    client.budget.join(LAYER, () -> ends.add(client.budget.advanceEnd(LAYER)));

    client.open(1);
    client.end();

    assertEquals(List.of(0L, 1L, 2L), ends);
    assertEquals(0, client.held());
    Client batches = new Client(new ClientCorrelationBudget(PLAN, 8, 0, 0));
    batches.open(3);
    assertEquals(4, batches.budget.advanceEnd(LAYER));
    assertEquals(3, batches.held());
  }

  @Test
  void shouldTellLayersOfWhatIsGrantedLater() {
    ClientCorrelationBudget budget = new ClientCorrelationBudget(PLAN, 1, 0, 0);
    Client client = new Client(budget);
    List<Long> ends = new ArrayList<>();
    client.budget.join(LAYER, () -> ends.add(client.budget.grantedEnd(LAYER)));

    client.open(2);
    client.end();

    assertEquals(List.of(0L, 1L, 2L), ends);
  }

  /** Whoever takes all that it can get leaves half of what is shared, and all own parts. */
  @Test
  void shouldLeaveRoomForOthers() {
    ClientCorrelationBudget budget = new ClientCorrelationBudget(PLAN, 1, 16, 0);
    Client greedy = new Client(budget);
    greedy.open(100);
    assertEquals(1 + 8, greedy.held());
    Client second = new Client(budget);
    second.open(100);
    assertEquals(1 + 4, second.held());
    for (int i = 0; i < 10; i++) {
      Client other = new Client(budget);
      other.open(1);
      assertTrue(other.held() >= 1);
    }
    greedy.budget.close();
    assertTrue(second.held() > 1 + 4, () -> "held " + second.held());
  }

  /** Random sessions: never more than the parts allow, and all that are opened end. */
  @RepeatedTest(20)
  void shouldHoldNoMoreThanItsPartsAndLeaveNobodyWaiting() {
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    int own = 1 + random.nextInt(2);
    int shared = random.nextInt(6);
    ClientCorrelationBudget budget =
        new ClientCorrelationBudget(PLAN, own, shared, random.nextInt(3));
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(new Client(budget));
    }
    for (int step = 0; step < 500; step++) {
      Client client = clients.get(random.nextInt(clients.size()));
      if (random.nextBoolean()) {
        client.open(1 + random.nextInt(own));
      } else if (client.ended < Math.min(client.opened, client.budget.grantedEnd(LAYER))) {
        client.end();
      }
      if (random.nextInt(100) == 0) {
        client.budget.close();
        clients.set(clients.indexOf(client), new Client(budget));
      }
      long beyond = clients.stream().mapToLong(one -> Math.max(0, one.held() - own)).sum();
      assertTrue(beyond <= shared, () -> "seed " + seed);
    }
    for (Client client : clients) {
      while (client.ended < client.opened) {
        assertTrue(client.held() > 0, () -> "seed " + seed);
        client.end();
      }
    }
  }
}
