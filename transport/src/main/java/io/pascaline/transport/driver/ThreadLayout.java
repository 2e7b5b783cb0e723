// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.Optional;
import java.util.function.Consumer;
import org.agrona.concurrent.IdleStrategy;

/** Which threads run a media driver of this JVM and its nodes. */
sealed interface ThreadLayout {
  /**
   * The thread of a driver that has one of its own.
   *
   * @param idleStrategy what it does without work
   * @param onStarted told of the thread
   */
  record OwnThread(IdleStrategy idleStrategy, Consumer<Thread> onStarted) {}

  /** The driver has a thread, and so has each node. */
  record AllSeparate(OwnThread ofDriver) implements ThreadLayout {
    @Override
    public Optional<OwnThread> driverThread() {
      return Optional.of(ofDriver);
    }

    @Override
    public Optional<AgentThread> nodeThread() {
      return Optional.empty();
    }
  }

  /** The driver has a thread, and its nodes share another. */
  record NodesTogether(OwnThread ofDriver, AgentThread ofNodes) implements ThreadLayout {
    @Override
    public Optional<OwnThread> driverThread() {
      return Optional.of(ofDriver);
    }

    @Override
    public Optional<AgentThread> nodeThread() {
      return Optional.of(ofNodes);
    }
  }

  /**
   * One thread runs the driver and its nodes.
   *
   * @param socketWait with which that thread waits for the driver's sockets; empty if it polls
   */
  record AllTogether(AgentThread thread, Optional<SocketWait> socketWait) implements ThreadLayout {
    @Override
    public Optional<OwnThread> driverThread() {
      return Optional.empty();
    }

    @Override
    public Optional<AgentThread> nodeThread() {
      return Optional.of(thread);
    }
  }

  /** Returns the driver's own thread; empty if the nodes' thread runs it. */
  Optional<OwnThread> driverThread();

  /** Returns the thread that the nodes share; empty if each has one of its own. */
  Optional<AgentThread> nodeThread();

  /** Returns with what the driver's thread waits for its sockets; empty if it polls them. */
  default Optional<SocketWait> socketWait() {
    return Optional.empty();
  }
}
