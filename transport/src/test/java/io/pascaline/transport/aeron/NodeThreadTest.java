// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.driver.AgentThread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a close does while a listener holds the thread that polls the node. */
@Timeout(60)
class NodeThreadTest {
  private static final String NAME = "held";

  private final Held agent = new Held();
  private final List<String> stuck = new ArrayList<>();

  /** Holds its thread, whoever interrupts it, until the test lets it go. */
  private static final class Held implements Agent {
    private final CompletableFuture<Thread> holds = new CompletableFuture<>();
    private final CompletableFuture<Void> letGo = new CompletableFuture<>();
    private final CompletableFuture<Thread> closedOn = new CompletableFuture<>();

    @Override
    public int doWork() {
      holds.complete(Thread.currentThread());
      letGo.join();
      return 0;
    }

    @Override
    public void onClose() {
      closedOn.complete(Thread.currentThread());
    }

    @Override
    public String roleName() {
      return NAME;
    }
  }

  @AfterEach
  void letGo() {
    agent.letGo.complete(null);
  }

  @Test
  void shouldTimeOutOnAThreadOfItsOwn() throws Exception {
    AgentRunner runner =
        new AgentRunner(new SleepingMillisIdleStrategy(1), thrown -> {}, null, agent);
    Thread thread = new Thread(runner, NAME);
    thread.setDaemon(true);
    thread.start();
    agent.holds.get(20, TimeUnit.SECONDS);

    assertFalse(new NodeThread.Own(runner, thread).close(1, stuck::add));

    shouldCloseTheAgentOnceItLetsGo(thread);
  }

  /** The node's driver closes after it, and its thread with it, while the listener still runs. */
  @Test
  void shouldTimeOutOnASharedThread() throws Exception {
    AgentThread shared = new AgentThread("shared", new SleepingMillisIdleStrategy(1));
    try (shared) {
      shared.add(agent, thrown -> {});
      agent.holds.get(20, TimeUnit.SECONDS);

      assertFalse(new NodeThread.Shared(shared, agent).close(1, stuck::add));
    }

    shouldCloseTheAgentOnceItLetsGo(agent.holds.get(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldCloseTheAgentOfASharedThreadThatRunsOn() throws Exception {
    try (AgentThread shared = new AgentThread("shared", new SleepingMillisIdleStrategy(1))) {
      shared.add(agent, thrown -> {});
      Thread thread = agent.holds.get(20, TimeUnit.SECONDS);

      assertFalse(new NodeThread.Shared(shared, agent).close(1, stuck::add));

      shouldCloseTheAgentOnceItLetsGo(thread);
    }
  }

  private void shouldCloseTheAgentOnceItLetsGo(Thread thread) throws Exception {
    assertEquals(Collections.nCopies(NodeThread.CLOSE_ATTEMPTS, NAME), stuck);
    assertFalse(agent.closedOn.isDone());
    agent.letGo.complete(null);
    assertSame(thread, agent.closedOn.get(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldCloseTheAgentOfASharedThreadThatLetsGo() throws Exception {
    agent.letGo.complete(null);
    try (AgentThread shared = new AgentThread("shared", new SleepingMillisIdleStrategy(1))) {
      shared.add(agent, thrown -> {});

      assertTrue(new NodeThread.Shared(shared, agent).close(20_000, stuck::add));

      assertSame(Thread.currentThread(), agent.closedOn.get(20, TimeUnit.SECONDS));
      assertEquals(List.of(), stuck);
    }
  }
}
