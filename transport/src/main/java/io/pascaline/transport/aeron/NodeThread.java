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
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;

/** The thread that polls a node. */
sealed interface NodeThread {
  /** How often a close waits for a listener to let the thread go, before it times out. */
  int CLOSE_ATTEMPTS = 3;

  /**
   * A thread that polls this node only.
   *
   * @param thread the runner's: a runner that closes does not name it any more
   */
  record Own(AgentRunner runner, Thread thread) implements NodeThread {
    private static Own start(NodeAgent agent, NodeErrors errors, IdleStrategy idleStrategy) {
      AgentRunner runner = new AgentRunner(idleStrategy, errors, null, agent);
      Thread thread = AgentRunner.startOnThread(runner, task -> daemon(task, agent));
      agent.wakesBy(() -> LockSupport.unpark(thread));
      return new Own(runner, thread);
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
      return thread == Thread.currentThread();
    }

    /** Lets the runner close its agent on its own thread, also if that ends after a time-out. */
    @Override
    public boolean close(int retryMs, Consumer<String> onStuck) {
      try {
        runner.close(retryMs, new Patience(onStuck));
      } catch (CloseTimeoutException stuck) {
        return false;
      }
      return runner.isClosed() || !thread.isAlive();
    }
  }

  /** Ends the runner's wait, which has no end of its own, after as many attempts as are allowed. */
  final class Patience implements Consumer<Thread> {
    private final Consumer<String> onStuck;
    private int attempts;

    private Patience(Consumer<String> onStuck) {
      this.onStuck = onStuck;
    }

    @Override
    public void accept(Thread thread) {
      onStuck.accept(thread.getName());
      attempts++;
      if (attempts == CLOSE_ATTEMPTS) {
        throw new CloseTimeoutException();
      }
    }
  }

  /** Says that a thread did not end in time. */
  final class CloseTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private CloseTimeoutException() {
      super("the thread does not end", null, false, false);
    }
  }

  /** The thread that polls all nodes of an embedded driver, and perhaps the driver as well. */
  record Shared(AgentThread thread, Agent agent) implements NodeThread {
    private static Shared start(NodeAgent agent, NodeErrors errors, AgentThread thread) {
      agent.wakesBy(thread::wake);
      thread.add(agent, errors);
      return new Shared(thread, agent);
    }

    @Override
    public boolean isCurrent() {
      return thread.isCurrent();
    }

    /** Lets the other nodes of the thread continue meanwhile and hear this one's goodbye. */
    @Override
    public boolean close(int retryMs, Consumer<String> onStuck) {
      for (int attempt = 0; attempt < CLOSE_ATTEMPTS; attempt++) {
        if (thread.remove(agent, retryMs)) {
          agent.onClose();
          return true;
        }
        onStuck.accept(agent.roleName());
      }
      thread.end(agent);
      return false;
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
   * Polls the node no longer, and closes its agent. Waits for that, unless a listener holds the
   * thread for too long: the agent then closes once that returns.
   *
   * @param retryMs how long one attempt waits
   * @param onStuck told the thread's or the agent's name after each attempt that failed
   * @return false if it timed out
   */
  boolean close(int retryMs, Consumer<String> onStuck);
}
