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

  @Override
  public String roleName() {
    return "media driver";
  }
}
