// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;

/** A media driver without a thread of its own, whose work another thread does in turn. */
record PolledDriver(AgentInvoker driver) implements Agent {
  @Override
  public int doWork() {
    return driver.invoke();
  }

  /** Closes the driver when its thread ends or it has failed, so that nodes notice at once. */
  @Override
  public void onClose() {
    driver.close();
  }

  @Override
  public String roleName() {
    return "media driver";
  }
}
