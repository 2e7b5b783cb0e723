// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.transport.aeron.TransportContext;

/** What a role of a deployment runs on: a process of its own, or one that it shares. */
interface RolePlatform {
  /** Returns where its actors live; stopped with the role. */
  RoleHost host(FirstFailure failure);

  /** Returns where its arithmetic runs. */
  ComputePool pool();

  /** Sets what its node takes from the platform. */
  void configure(TransportContext context);

  /**
   * Returns what releases all that the role owns beside its actors and its node.
   *
   * @param closeState closes what it keeps
   */
  Runnable releasing(Runnable closeState);
}
