// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.concurrent.Executor;

/**
 * Runs each task on a daemon thread of its own, for the few tasks that may wait for long. The
 * common pool may have a single thread, on which JDK 25 also completes what a timeout ends. A
 * thread of a pool of ours would be missing from arithmetic. Thread-safe.
 *
 * @param threadName of each thread
 */
public record ThreadPerTask(String threadName) implements Executor {
  @Override
  public void execute(Runnable task) {
    Thread thread = new Thread(task, threadName);
    thread.setDaemon(true);
    thread.start();
  }
}
