// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecordedCompute;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.LinkAddress;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The dealer as a process of its own. Thread-safe. */
public final class DealerNode implements AutoCloseable {
  private final RoleNode<Dealer.Command> node;
  private final DealerCounters counters;

  private DealerNode(RoleNode<Dealer.Command> node, DealerCounters counters) {
    this.node = node;
    this.counters = counters;
  }

  /**
   * Starts a dealer; parties dial it.
   *
   * @param plan the public plan
   * @param party0Key the key it shares with party 0
   * @param party1Key the key it shares with party 1
   * @param listen where it listens
   * @param runtime how it runs
   * @throws IllegalArgumentException if both keys are the same
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   * @throws InsufficientMemoryException if this JVM's heap is too small for the model
   */
  public static DealerNode start(
      NetworkPlan plan,
      CorrelationKey party0Key,
      CorrelationKey party1Key,
      LinkAddress listen,
      RuntimeSettings runtime) {
    long dealBytes = RoleMemory.ofDealer(plan, runtime);
    RoleState state = RoleState.open(runtime.state(), StateRole.DEALER);
    WordArrays arrays = RoleMemory.recycledArrays();
    ComputePool pool =
        new ComputePool(
            "dealer", runtime.computeThreads(), runtime.spinUs(), new RecycledArrays(arrays));
    FirstFailure failure = new FirstFailure();
    DealerCounters counters = new DealerCounters();
    Runnable release = RoleNode.releasing(pool, state);
    RoleAssembly<Dealer.Command> role;
    try {
      role =
          RoleAssembly.dealer(
              plan,
              party0Key,
              party1Key,
              runtime.computeThreads(),
              dealBytes,
              new RoleAssembly.Resources(new RecordedCompute("dealer", pool), state, failure),
              counters);
    } catch (IllegalArgumentException refused) {
      release.run();
      throw refused;
    }
    return new DealerNode(
        RoleNode.start(
            RoleHost.own("dealer", failure),
            "dealer",
            role,
            context -> RoleNode.deployed(context, runtime, plan, 1, listen).arrays(arrays),
            Map.of(),
            release),
        counters);
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  /** Returns where it can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    return node.transport().address();
  }

  /** Returns what it counts. */
  public DealerCounters counters() {
    return counters;
  }

  /** Completes when the dealer cannot deal any more. */
  public CompletionStage<RoleFailure> failure() {
    return node.failure();
  }

  RoleNode<Dealer.Command> node() {
    return node;
  }

  /** Stops dealing; the parties serve on with what they hold. */
  @Override
  public void close() {
    node.close();
  }
}
