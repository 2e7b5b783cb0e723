// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;

/** Idles by one strategy while there is traffic, and by another one else. For one thread. */
final class CalmWhenQuiet implements IdleStrategy {
  private final IdleStrategy busy;
  private final IdleStrategy calm;
  private final BooleanSupplier isBusy;

  /**
   * A strategy for one thread.
   *
   * @param isBusy asked each time that there is nothing to do
   */
  CalmWhenQuiet(IdleStrategy busy, IdleStrategy calm, BooleanSupplier isBusy) {
    this.busy = busy;
    this.calm = calm;
    this.isBusy = isBusy;
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
    if (isBusy.getAsBoolean()) {
      calm.reset();
      busy.idle();
    } else {
      busy.reset();
      calm.idle();
    }
  }

  @Override
  public void reset() {
    busy.reset();
    calm.reset();
  }

  @Override
  public String alias() {
    return busy.alias() + ", " + calm.alias() + " when quiet";
  }
}
