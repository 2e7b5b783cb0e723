// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final int LAYERS = 2;
  private static final int PRECOMPUTED = 3;

  private final CountingCompute compute = new CountingCompute();
  private final Readiness readiness = new Readiness(LAYERS, PRECOMPUTED, compute);

  /** Counts who waits for offline work. */
  private static final class CountingCompute implements Compute {
    private int awaitedBy;

    @Override
    public <T> CompletionStage<T> submit(
        Urgency urgency, Work work, Function<WorkSplitter, T> task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void onOfflineAwaited() {
      awaitedBy++;
    }

    @Override
    public void onOfflineNoLongerAwaited() {
      awaitedBy--;
    }
  }

  private void prepare(long number) {
    for (int layer = 0; layer < LAYERS; layer++) {
      readiness.prepared(number);
    }
  }

  @Test
  void shouldBeReadyForAFiniteNumberWhereNothingIsNeeded() {
    Readiness always = new Readiness(0, PRECOMPUTED, compute);
    always.reset();
    always.taken(41);
    assertEquals(PRECOMPUTED, always.inferencesStored());
  }

  @Test
  void shouldLetOfflineWorkRestWhileEachSessionFindsItsCorrelations() {
    prepare(0);
    prepare(1);
    readiness.taken(0);
    readiness.taken(1);
    assertEquals(0, compute.awaitedBy);
  }

  @Test
  void shouldWaitForOfflineWorkUntilTheLastLayerOfTheLastSessionIsPrepared() {
    prepare(0);
    readiness.taken(0);
    readiness.taken(1);
    readiness.taken(2);
    assertEquals(1, compute.awaitedBy);
    prepare(1);
    readiness.prepared(2);
    assertEquals(1, compute.awaitedBy);
    readiness.prepared(2);
    assertEquals(0, compute.awaitedBy);
  }

  @Test
  void shouldWaitNoLongerWhenTheEpochEnds() {
    readiness.taken(0);
    assertEquals(1, compute.awaitedBy);
    readiness.reset();
    assertEquals(0, compute.awaitedBy);
  }

  /** The asker may have given up, which nobody says. */
  @Test
  void shouldLetOfflineWorkRestWhileSomebodyOnlyAsksHowMuchIsReady() {
    ActorTestKit kit = ActorTestKit.create();
    try {
      TestProbe<Done> asker = kit.createTestProbe();
      readiness.await(1, asker.ref());
      assertEquals(0, compute.awaitedBy);
      readiness.stored(0);
      prepare(0);
      asker.expectMessage(Done.getInstance());
    } finally {
      kit.shutdownTestKit();
    }
  }
}
