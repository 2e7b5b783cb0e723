// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AgentThreadTest {
  private final AgentThread shared = new AgentThread("agents", new SleepingMillisIdleStrategy(1));
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    shared.close();
  }

  /** Notes the thread of each call; throws once what it is given. */
  private static final class Recorder implements Agent {
    private final CompletableFuture<Thread> started = new CompletableFuture<>();
    private final CompletableFuture<Thread> closed = new CompletableFuture<>();
    private final CountDownLatch worked = new CountDownLatch(3);
    private final Throwable thrownOrNull;
    private boolean hasThrown;
    private volatile int calls;

    Recorder(Throwable thrownOrNull) {
      this.thrownOrNull = thrownOrNull;
    }

    @Override
    public void onStart() {
      started.complete(Thread.currentThread());
    }

    @Override
    public int doWork() {
      calls++;
      if (thrownOrNull != null && !hasThrown) {
        hasThrown = true;
        sneak(thrownOrNull);
      }
      worked.countDown();
      return 0;
    }

    private static void sneak(Throwable thrown) {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }

    @Override
    public void onClose() {
      closed.complete(Thread.currentThread());
    }

    @Override
    public String roleName() {
      return "recorder";
    }

    void awaitWork() throws InterruptedException {
      assertTrue(worked.await(20, TimeUnit.SECONDS));
    }
  }

  private Recorder added(Throwable thrownOrNull) {
    Recorder agent = new Recorder(thrownOrNull);
    shared.add(agent, errors::add);
    return agent;
  }

  @Test
  void shouldRunAllAgentsOnOneThread() throws Exception {
    Recorder first = added(null);
    Recorder second = added(null);
    first.awaitWork();
    second.awaitWork();
    assertSame(first.started.get(20, TimeUnit.SECONDS), second.started.get(20, TimeUnit.SECONDS));
    assertFalse(shared.isCurrent());
  }

  @Test
  void shouldLetGoOfAnAgentWithoutClosingIt() throws Exception {
    Recorder removed = added(null);
    Recorder kept = added(null);
    removed.awaitWork();
    assertTrue(shared.remove(removed, 20_000));
    int calls = removed.calls;
    kept.awaitWork();
    assertTrue(shared.remove(kept, 20_000));
    assertEquals(calls, removed.calls);
    assertNull(removed.closed.getNow(null));
  }

  @Test
  void shouldGoOnWithAnAgentThatHasThrownAnException() throws Exception {
    RuntimeException thrown = new IllegalStateException("once");
    Recorder agent = added(thrown);
    agent.awaitWork();
    assertEquals(List.of(thrown), errors);
    assertNull(agent.closed.getNow(null));
  }

  @Test
  void shouldCloseAnAgentThatTerminatesAndGoOnWithTheOthers() throws Exception {
    Recorder ending = added(new AgentTerminationException());
    Recorder other = added(null);
    assertSame(other.started.get(20, TimeUnit.SECONDS), ending.closed.get(20, TimeUnit.SECONDS));
    other.awaitWork();
    assertEquals(1, ending.calls);
  }

  @Test
  void shouldCloseAnAgentThatHasThrownAnErrorAndGoOnWithTheOthers() throws Exception {
    Error thrown = new AssertionError("test");
    Recorder broken = added(thrown);
    broken.closed.get(20, TimeUnit.SECONDS);
    added(null).awaitWork();
    assertEquals(List.of(thrown), errors);
    assertEquals(1, broken.calls);
  }

  @Test
  void shouldGoOnAfterAnErrorHandlerHasThrown() throws Exception {
    Recorder broken = new Recorder(new AssertionError("test"));
    shared.add(
        broken,
        thrown -> {
          throw new IllegalStateException("handler");
        });
    broken.closed.get(20, TimeUnit.SECONDS);
    added(null).awaitWork();
  }

  @Test
  void shouldRemoveAnAgentForACallerThatIsInterrupted() throws Exception {
    Recorder agent = added(null);
    agent.awaitWork();
    Thread.currentThread().interrupt();
    assertTrue(shared.remove(agent, 20_000));
    assertTrue(Thread.interrupted());
  }

  @Test
  void shouldRemoveAnAgentAfterTheThreadHasEnded() throws Exception {
    Recorder agent = added(null);
    Thread thread = agent.started.get(20, TimeUnit.SECONDS);
    shared.close();
    thread.join(20_000);
    assertTrue(shared.remove(agent, 1));
  }

  @Test
  void shouldKnowWhichAgentsItRuns() {
    Recorder first = new Recorder(null);
    CompletableFuture<List<Boolean>> known = new CompletableFuture<>();
    Agent asking =
        new Agent() {
          @Override
          public int doWork() {
            known.complete(List.of(shared.runs(first), shared.runs(this)));
            return 0;
          }

          @Override
          public String roleName() {
            return "asking";
          }
        };
    shared.add(first, errors::add);
    assertTrue(shared.remove(first, 10_000));
    shared.add(asking, errors::add);

    assertEquals(List.of(false, true), known.join());
  }

  /** The class's time limit is far below the one of this call. */
  @Test
  void shouldNotWaitForAThreadThatHasEnded() {
    Recorder agent = new Recorder(null);
    shared.add(agent, errors::add);
    shared.close();

    assertTrue(shared.remove(agent, 600_000));
  }
}
