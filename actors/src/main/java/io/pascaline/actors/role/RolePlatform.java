// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.transport.aeron.TransportContext;

/** What a role of a deployment runs on: a process of its own, or one that it shares. */
interface RolePlatform extends AutoCloseable {
  /** Returns where its actors live; closed with the role. */
  RoleHost host(FirstFailure failure);

  /** Returns where its arithmetic runs. */
  ComputePool pool();

  /** Sets what its node takes from the platform. */
  void configure(TransportContext context);

  /** Releases what the role has of it, after the role has ended. */
  @Override
  void close();
}
