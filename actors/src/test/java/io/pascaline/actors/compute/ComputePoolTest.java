// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.pascaline.protocols.random.WordSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ComputePoolTest {
  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 2, 3})
  void shouldRunEveryPartOnce(int threadCount) throws Exception {
    int parts = 100;
    try (ComputePool pool = new ComputePool("test", threadCount)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(parts);

      await(
          pool.submit(
              Urgency.ONLINE,
              splitter -> {
                splitter.run(parts, runs::incrementAndGet);
                return null;
              }));

      int[] expected = new int[parts];
      int[] actual = new int[parts];
      for (int i = 0; i < parts; i++) {
        expected[i] = 1;
        actual[i] = runs.get(i);
      }
      assertArrayEquals(expected, actual);
    }
  }

  @ParameterizedTest(name = "{0} of 3 threads look for work")
  @ValueSource(ints = {1, 2, 3})
  void shouldGiveEachTaskAThreadWhileOthersSpin(int spinningCount) throws Exception {
    int taskCount = 3;
    Spinning spinning = new Spinning(spinningCount, 10_000);
    try (ComputePool pool = new ComputePool("test", taskCount, spinning, WordSource.fresh())) {
      for (int round = 0; round < 500; round++) {
        // Each task ends only once all of them have begun.
        CyclicBarrier begun = new CyclicBarrier(taskCount);
        List<CompletionStage<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < taskCount; i++) {
          tasks.add(
              pool.submit(
                  Urgency.ONLINE,
                  splitter -> {
                    try {
                      return begun.await(10, TimeUnit.SECONDS);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
        }
        for (CompletionStage<Integer> task : tasks) {
          await(task);
        }
      }
    }
  }

  @Test
  void shouldRefuseToSpinWithoutThreadsOrForNegativeTimes() {
    assertThrows(IllegalArgumentException.class, () -> new Spinning(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Spinning(1, -1));
  }

  @Test
  void shouldPutOnlineWorkBeforeOffline() throws Exception {
    try (ComputePool pool = new ComputePool("test", 1)) {
      CountDownLatch gate = new CountDownLatch(1);
      CompletionStage<Boolean> blocker = pool.submit(Urgency.OFFLINE, splitter -> awaitGate(gate));
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      List<CompletableFuture<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String number = Integer.toString(i);
        all.add(
            pool.submit(Urgency.OFFLINE, splitter -> order.add("offline" + number))
                .toCompletableFuture());
      }
      for (int i = 0; i < 2; i++) {
        String number = Integer.toString(i);
        all.add(
            pool.submit(Urgency.ONLINE, splitter -> order.add("online" + number))
                .toCompletableFuture());
      }

      gate.countDown();
      await(blocker);
      await(CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)));

      assertEquals(List.of("online0", "online1", "offline0", "offline1", "offline2"), order);
    }
  }

  @Test
  void shouldRunWaitingOnlineWorkBetweenThePartsOfOfflineWork() throws Exception {
    int parts = 4;
    try (ComputePool pool = new ComputePool("test", 1)) {
      CompletableFuture<Object> online = new CompletableFuture<>();
      List<String> order = Collections.synchronizedList(new ArrayList<>());
      await(
          pool.submit(
              Urgency.OFFLINE,
              splitter -> {
                splitter.run(
                    parts,
                    part -> {
                      order.add("part" + part);
                      if (part == 1) {
                        pool.submit(Urgency.ONLINE, inner -> online.complete(order.add("online")));
                      }
                    });
                return null;
              }));
      assertEquals(List.of("part0", "part1", "online", "part2", "part3"), order);
    }
  }

  @Test
  void shouldLetOfflineWorkRestAfterOnlineWork() throws Exception {
    try (ComputePool pool = new ComputePool("test", 2)) {
      long onlineNs = await(pool.submit(Urgency.ONLINE, splitter -> System.nanoTime()));
      long offlineNs = await(pool.submit(Urgency.OFFLINE, splitter -> System.nanoTime()));
      assertTrue(
          offlineNs - onlineNs >= OfflinePolicy.REST_NS,
          () -> "rested for " + (offlineNs - onlineNs) + " ns");
    }
  }

  @Test
  void shouldRunOfflineWorkBesideOnlineWorkOnceItIsAwaited() throws Exception {
    try (ComputePool pool = new ComputePool("test", 2)) {
      CountDownLatch gate = new CountDownLatch(1);
      CountDownLatch begun = new CountDownLatch(1);
      CompletionStage<Boolean> online =
          pool.submit(
              Urgency.ONLINE,
              splitter -> {
                begun.countDown();
                return awaitGate(gate);
              });
      assertTrue(begun.await(20, TimeUnit.SECONDS));
      CompletionStage<Boolean> offline = pool.submit(Urgency.OFFLINE, splitter -> true);
      pool.onOfflineAwaited();

      assertTrue(await(offline));
      pool.onOfflineNoLongerAwaited();
      gate.countDown();
      await(online);
    }
  }

  @Test
  void shouldNotStarveOfflineWorkUnderASteadyStreamOfOnlineWork() throws Exception {
    try (ComputePool pool = new ComputePool("test", 2)) {
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<?> stream =
          CompletableFuture.runAsync(
              () -> {
                while (!over.get()) {
                  pool.submit(Urgency.ONLINE, splitter -> 1).toCompletableFuture().join();
                }
              });
      try {
        await(pool.submit(Urgency.OFFLINE, splitter -> 1));
      } finally {
        over.set(true);
      }
      await(stream);
    }
  }

  /** No other thread has to wake for what a thread asks for itself. */
  @Test
  void shouldContinueOnTheThreadThatAsked() throws Exception {
    try (ComputePool pool = new ComputePool("test", 3)) {
      Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
      await(askInTurn(pool, threads, 100, new CompletableFuture<>()));
      assertEquals(1, threads.size());
    }
  }

  private static CompletionStage<Object> askInTurn(
      ComputePool pool, Set<Thread> threads, int remaining, CompletableFuture<Object> done) {
    pool.submit(
        Urgency.ONLINE,
        splitter -> {
          threads.add(Thread.currentThread());
          return remaining == 0
              ? done.complete(null)
              : askInTurn(pool, threads, remaining - 1, done);
        });
    return done;
  }

  /** A thread does the last of what it asked for itself, as the rest waits for the last anyhow. */
  @Test
  void shouldLeaveAllButTheLastTaskToOtherThreads() throws Exception {
    try (ComputePool pool = new ComputePool("test", 2)) {
      CountDownLatch otherRan = new CountDownLatch(1);
      CompletableFuture<Boolean> lastRan = new CompletableFuture<>();
      await(
          pool.submit(
              Urgency.ONLINE,
              splitter -> {
                pool.submit(
                    Urgency.ONLINE,
                    inner -> {
                      otherRan.countDown();
                      return null;
                    });
                pool.submit(Urgency.ONLINE, inner -> lastRan.complete(true));
                return awaitGate(otherRan) && !lastRan.isDone();
              }));
      assertTrue(await(lastRan));
    }
  }

  @Test
  void shouldLetOthersTasksInBetweenThoseThatAThreadAsksForItself() throws Exception {
    try (ComputePool pool = new ComputePool("test", 1)) {
      AtomicBoolean over = new AtomicBoolean();
      askAgainUntil(pool, over);
      await(pool.submit(Urgency.ONLINE, splitter -> 1));
      over.set(true);
    }
  }

  private static void askAgainUntil(ComputePool pool, AtomicBoolean over) {
    pool.submit(
        Urgency.ONLINE,
        splitter -> {
          if (!over.get()) {
            askAgainUntil(pool, over);
          }
          return null;
        });
  }

  /** What is computed in an actor's turn is online work, the turn itself is not. */
  @Test
  void shouldLetOfflineWorkRestAfterInlineWork() throws Exception {
    try (ComputePool pool = new ComputePool("test", 2)) {
      long onlineNs = pool.inline(Work.of(Work.Kind.OPEN, 0, 0), System::nanoTime);
      long offlineNs = await(pool.submit(Urgency.OFFLINE, splitter -> System.nanoTime()));
      assertTrue(
          offlineNs - onlineNs >= OfflinePolicy.REST_NS,
          () -> "rested for " + (offlineNs - onlineNs) + " ns");
    }
  }

  @Test
  void shouldGiveActorsTheirTurnsOnItsThreads() throws Exception {
    try (ComputePool pool = new ComputePool("turns", 2)) {
      ActorTestKit kit = ActorTestKit.create();
      TestProbe<String> probe = kit.createTestProbe();
      Behavior<Integer> named =
          Behaviors.receiveMessage(
              number -> {
                probe.ref().tell(number + " on " + Thread.currentThread().getName());
                return Behaviors.same();
              });
      for (int actor = 0; actor < 2; actor++) {
        ActorRef<Integer> ref = kit.spawn(named, pool.props(kit.system()));
        ref.tell(actor);
        String seen = probe.receiveMessage();
        assertTrue(seen.startsWith(actor + " on turns-compute-"), seen);
      }
      kit.shutdownTestKit();
    }
  }

  /** As on any dispatcher: a fatal error ends the actor system, not only the thread. */
  @Test
  void shouldEndTheActorSystemByAFatalErrorInATurn() throws Exception {
    try (ComputePool pool = new ComputePool("turns", 1)) {
      ActorTestKit kit =
          ActorTestKit.create(ConfigFactory.parseString("pekko.jvm-exit-on-fatal-error = off"));
      ActorRef<Integer> ref =
          kit.spawn(
              Behaviors.receiveMessage(
                  number -> {
                    throw new OutOfMemoryError("test");
                  }),
              pool.props(kit.system()));
      ref.tell(1);
      await(kit.system().getWhenTerminated());
      assertEquals("ran", await(pool.submit(Urgency.ONLINE, splitter -> "ran")));
    }
  }

  private static boolean awaitGate(CountDownLatch gate) {
    try {
      return gate.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void shouldHandFailuresOfPartsToWhoeverAsked() {
    try (ComputePool pool = new ComputePool("test", 2)) {
      CompletionStage<Object> failing =
          pool.submit(
              Urgency.ONLINE,
              splitter -> {
                splitter.run(
                    8,
                    part -> {
                      if (part == 5) {
                        throw new IllegalStateException("part");
                      }
                    });
                return null;
              });

      ExecutionException thrown = assertThrows(ExecutionException.class, () -> await(failing));
      assertInstanceOf(IllegalStateException.class, thrown.getCause());
    }
  }

  @Test
  void shouldFailWhatComesAfterClosing() {
    ComputePool pool = new ComputePool("test", 1);
    pool.close();

    assertThrows(ExecutionException.class, () -> await(pool.submit(Urgency.ONLINE, splitter -> 1)));
  }
}
