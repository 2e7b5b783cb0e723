// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import org.agrona.concurrent.IdleStrategy;

/**
 * Looks for work without pause for a bounded time after the last work, then idles as another
 * strategy does: what comes soon is taken at once, and an idle node costs what it did. Gives the
 * core to any other thread that wants it. For one thread.
 */
final class SpinFirst implements IdleStrategy {
  private final IdleStrategy then;
  private final long spinNs;
  private boolean isIdle;
  private long idleSinceNs;

  /**
   * A strategy for one thread.
   *
   * @param then what follows
   * @param spinNs for how long to look without pause
   */
  SpinFirst(IdleStrategy then, long spinNs) {
    this.then = then;
    this.spinNs = spinNs;
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    long nowNs = System.nanoTime();
    if (!isIdle) {
      isIdle = true;
      idleSinceNs = nowNs;
    }
    if (nowNs - idleSinceNs < spinNs) {
      Thread.onSpinWait();
      Thread.yield();
    } else {
      then.idle();
    }
  }

  @Override
  public void reset() {
    isIdle = false;
    then.reset();
  }

  @Override
  public String alias() {
    return "spin " + spinNs + " ns, then " + then.alias();
  }
}
