// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.driver.AgentThread;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleStrategies;
import io.pascaline.transport.driver.RecentTraffic;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;

/** The thread that polls a node. */
sealed interface NodeThread {
  /** A thread that polls this node only. */
  record Own(AgentRunner runner) implements NodeThread {
    private static Own start(NodeAgent agent, NodeErrors errors, IdleStrategy idleStrategy) {
      AgentRunner runner = new AgentRunner(idleStrategy, errors, null, agent);
      Thread thread = AgentRunner.startOnThread(runner, task -> daemon(task, agent));
      agent.wakesBy(() -> LockSupport.unpark(thread));
      return new Own(runner);
    }

    private static Thread daemon(Runnable task, NodeAgent agent) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  task.run();
                } finally {
                  // The runner lets an Error through without closing its agent.
                  agent.onClose();
                }
              });
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public boolean isCurrent() {
      return runner.thread() == Thread.currentThread();
    }

    @Override
    public void close(int retryMs, Consumer<String> onStuck) {
      runner.close(retryMs, thread -> onStuck.accept(thread.getName()));
    }
  }

  /** The thread that polls all nodes of an embedded driver, and perhaps the driver as well. */
  record Shared(AgentThread thread, NodeAgent agent) implements NodeThread {
    private static Shared start(NodeAgent agent, NodeErrors errors, AgentThread thread) {
      agent.wakesBy(thread::wake);
      thread.add(agent, errors);
      return new Shared(thread, agent);
    }

    @Override
    public boolean isCurrent() {
      return thread.isCurrent();
    }

    /** The other nodes of the thread continue meanwhile and hear this one's goodbye. */
    @Override
    public void close(int retryMs, Consumer<String> onStuck) {
      while (!thread.remove(agent, retryMs)) {
        onStuck.accept(agent.roleName());
      }
      agent.onClose();
    }
  }

  /**
   * Begins to poll a node, on the thread that its driver has for nodes or else on one of its own.
   */
  static NodeThread start(
      NodeAgent agent,
      NodeErrors errors,
      NodeDriver driver,
      TransportContext context,
      RecentTraffic traffic) {
    Optional<AgentThread> shared = driver.embedded().flatMap(EmbeddedDriver::nodeThread);
    if (shared.isPresent()) {
      return Shared.start(agent, errors, shared.get());
    }
    IdleStrategy afterSpinning =
        driver instanceof NodeDriver.Given
            ? IdleStrategies.of(context.idleMode())
            : IdleStrategies.of(context.idleMode(), traffic);
    return Own.start(
        agent,
        errors,
        IdleStrategies.spinningFirst(context.idleMode(), afterSpinning, context.spinNs()));
  }

  /** Returns whether the caller is on this thread. */
  boolean isCurrent();

  /**
   * Polls the node no longer, and closes its agent. Waits for that.
   *
   * @param onStuck told the thread's or the agent's name whenever it has taken that long
   */
  void close(int retryMs, Consumer<String> onStuck);
}
