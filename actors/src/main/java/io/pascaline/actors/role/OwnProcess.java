// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.compute.Spinning;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.codec.WordArrays;

/** A process that one role has for itself. */
final class OwnProcess implements RolePlatform {
  private final String name;
  private final WordArrays arrays = RoleMemory.recycledArrays();
  private final ComputePool pool;

  OwnProcess(String name, RuntimeSettings runtime) {
    this.name = name;
    pool =
        new ComputePool(
            name,
            runtime.computeThreads(),
            new Spinning(1, runtime.spinUs()),
            new RecycledArrays(arrays));
  }

  @Override
  public RoleHost host(FirstFailure failure) {
    return RoleHost.own(name, failure);
  }

  @Override
  public ComputePool pool() {
    return pool;
  }

  @Override
  public void configure(TransportContext context) {
    context.arrays(arrays);
  }

  @Override
  public void close() {
    pool.close();
  }
}
