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

  /** The thread ends, or the driver has failed: nodes see at once that it is gone. */
  @Override
  public void onClose() {
    driver.close();
  }

  @Override
  public String roleName() {
    return "media driver";
  }
}
