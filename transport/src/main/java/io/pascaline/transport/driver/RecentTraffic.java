// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When a node last sent or received a message of the application. While another may follow soon,
 * the node's thread and its driver's look for work often. Later, they do so less often. This delays
 * the first message after the pause by up to four milliseconds at each of the two threads. If one
 * thread does the work of both, it blocks until there is work ({@link SocketWait}). It then delays
 * no message; only the driver's timers are less precise after a pause. Thread-safe.
 */
public final class RecentTraffic {
  /** Longer than a round of most inferences. */
  static final long RECENT_NS = TimeUnit.SECONDS.toNanos(1);

  private volatile long lastNs = System.nanoTime();
  private volatile Thread driver;

  /** Begins as if there had been a message: a node that starts opens its links. */
  public RecentTraffic() {}

  /** A message was handed to a link or came from one; from any thread. */
  public void onMessage() {
    boolean wasRecent = isRecent();
    lastNs = System.nanoTime();
    if (!wasRecent) {
      LockSupport.unpark(driver);
    }
  }

  /** Records a part of a message. The other parts may take long over a slow link. */
  void onPart() {
    lastNs = System.nanoTime();
  }

  /** Returns whether there was a message lately. */
  boolean isRecent() {
    return System.nanoTime() - lastNs < RECENT_NS;
  }

  /** Wakes that thread when there is a message after a pause. */
  void wakes(Thread driverThread) {
    driver = driverThread;
  }
}
