// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;

/**
 * One thread that runs the duty cycles of several agents in turn: a message from one of them to
 * another needs no second thread to wake. What one agent throws concerns that agent alone.
 * Thread-safe; an agent is touched by this thread only, from its start until {@link #remove} has
 * returned true.
 */
public final class AgentThread implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(AgentThread.class.getName());

  /** How often a caller checks whether the thread still lives. */
  private static final long LIVENESS_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Queue<Runnable> requests = new ConcurrentLinkedQueue<>();
  private final List<Member> members = new ArrayList<>();
  private final IdleStrategy idleStrategy;
  private final Runnable waker;
  private final Thread thread;
  private volatile boolean closed;

  private record Member(Agent agent, ErrorHandler errors) {}

  /**
   * Starts a daemon thread without agents.
   *
   * @param idleStrategy what the thread does when no agent has work. It may only park, so that an
   *     unpark ends its idling
   */
  public AgentThread(String name, IdleStrategy idleStrategy) {
    this(name, idleStrategy, null);
  }

  /**
   * Starts a daemon thread without agents.
   *
   * @param idleStrategy what it does when no agent has work
   * @param wakerOrNull ends the idling from any thread; null if the thread only parks, so that an
   *     unpark ends it
   */
  AgentThread(String name, IdleStrategy idleStrategy, Runnable wakerOrNull) {
    this.idleStrategy = idleStrategy;
    thread = new Thread(this::run, name);
    waker = wakerOrNull == null ? () -> LockSupport.unpark(thread) : wakerOrNull;
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns whether the caller is on this thread. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /**
   * Begins to run an agent, soon.
   *
   * @param errors told of what it throws; an {@link AgentTerminationException} or an {@link Error}
   *     closes it
   */
  public void add(Agent agent, ErrorHandler errors) {
    request(
        () -> {
          Member member = new Member(agent, errors);
          members.add(member);
          try {
            agent.onStart();
          } catch (Throwable thrown) {
            onThrown(member, thrown, true);
          }
        });
  }

  /**
   * Runs an agent no longer and does not close it: that is then up to the caller. An interruption
   * does not end the wait; it is kept for the caller.
   *
   * @return false if the thread has not let go of it in time
   */
  public boolean remove(Agent agent, long timeoutMs) {
    CountDownLatch removed = new CountDownLatch(1);
    request(
        () -> {
          members.removeIf(member -> member.agent() == agent);
          removed.countDown();
        });
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          long leftNs = deadlineNs - System.nanoTime();
          if (removed.await(Math.min(leftNs, LIVENESS_CHECK_NS), TimeUnit.NANOSECONDS)
              || !thread.isAlive()) {
            return true;
          }
          if (leftNs <= LIVENESS_CHECK_NS) {
            return false;
          }
        } catch (InterruptedException kept) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Closes an agent on this thread and runs it no longer, soon: also after {@link #close}, if a
   * listener holds the thread until then.
   */
  public void end(Agent agent) {
    request(
        () -> {
          members.removeIf(member -> member.agent() == agent);
          closeQuietly(agent);
        });
  }

  /** Returns whether this thread runs an agent. Only this thread may call this. */
  boolean runs(Agent agent) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).agent() == agent) {
        return true;
      }
    }
    return false;
  }

  private void request(Runnable request) {
    requests.add(request);
    wake();
  }

  /** Ends the thread's idling after something was stored for an agent. Any thread may call this. */
  public void wake() {
    waker.run();
  }

  private void run() {
    try {
      cycle();
    } finally {
      boolean dies = !closed;
      // A listener may have held the thread since it was asked to end an agent.
      runRequests();
      if (dies) {
        // Its agents tell whoever relies on them.
        while (!members.isEmpty()) {
          closeQuietly(members.remove(members.size() - 1).agent());
        }
      }
    }
  }

  private int runRequests() {
    int count = 0;
    for (Runnable request = requests.poll(); request != null; request = requests.poll()) {
      request.run();
      count++;
    }
    return count;
  }

  private void cycle() {
    while (!closed) {
      int workCount = runRequests();
      for (int i = members.size() - 1; i >= 0; i--) {
        Member member = members.get(i);
        try {
          workCount += member.agent().doWork();
        } catch (Throwable thrown) {
          onThrown(
              member,
              thrown,
              thrown instanceof AgentTerminationException || thrown instanceof Error);
        }
        // A listener may have interrupted the thread. Aeron's agents would then end silently.
        Thread.interrupted();
      }
      idleStrategy.idle(workCount);
    }
  }

  private void onThrown(Member member, Throwable thrown, boolean ends) {
    try {
      member.errors().onError(thrown);
    } catch (Throwable ofHandler) {
      // A handler's fault is not the other agents'.
      LOGGER.log(Logger.Level.WARNING, "error handler of " + member.agent().roleName(), ofHandler);
    }
    if (ends) {
      members.remove(member);
      closeQuietly(member.agent());
    }
  }

  private static void closeQuietly(Agent agent) {
    try {
      agent.onClose();
    } catch (Throwable thrown) {
      LOGGER.log(Logger.Level.WARNING, "close of " + agent.roleName(), thrown);
    }
  }

  /** Lets the thread end; it closes no agent but those that it was asked to {@link #end}. */
  @Override
  public void close() {
    closed = true;
    wake();
  }
}
