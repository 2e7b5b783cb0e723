// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.RuntimeSettings;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerSettings;
import io.pascaline.actors.link.FirstFailure;
import io.pascaline.actors.link.LinkEvents;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** The dealer as a process of its own. Thread-safe. */
public final class DealerNode implements AutoCloseable {
  private final RoleState state;
  private final ComputePool pool;
  private final ActorSystem<Dealer.Command> system;
  private final TransportNode transport;
  private final FirstFailure failure;
  private final DealerCounters counters;

  private DealerNode(
      RoleState state,
      ComputePool pool,
      ActorSystem<Dealer.Command> system,
      TransportNode transport,
      FirstFailure failure,
      DealerCounters counters) {
    this.state = state;
    this.pool = pool;
    this.system = system;
    this.transport = transport;
    this.failure = failure;
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
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   */
  public static DealerNode start(
      NetworkPlan plan,
      CorrelationKey party0Key,
      CorrelationKey party1Key,
      LinkAddress listen,
      RuntimeSettings runtime) {
    RoleState state = RoleState.open(runtime.state(), StateRole.DEALER);
    ComputePool pool = new ComputePool("dealer", runtime.computeThreads());
    FirstFailure failure = new FirstFailure();
    DealerCounters counters = new DealerCounters();
    ActorSystem<Dealer.Command> system =
        RoleSystem.start(
            Dealer.create(
                new DealerSettings(
                    plan,
                    party0Key,
                    party1Key,
                    pool,
                    runtime.computeThreads(),
                    state,
                    failure,
                    counters)),
            "dealer");
    try {
      TransportNode transport =
          TransportNode.launch(
              PartyNode.transportContext(runtime, plan)
                  .hello(Hellos.dealer(plan.digest()))
                  .listen(listen)
                  .listener(new LinkEvents<>(system, Dealer.OnLink::new, failure, Map.of())));
      return new DealerNode(state, pool, system, transport, failure, counters);
    } catch (RuntimeException refused) {
      RoleSystem.stop(system);
      pool.close();
      state.close();
      throw refused;
    }
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return transport;
  }

  /** Returns where it can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    return transport.address();
  }

  /** Returns what it counts. */
  public DealerCounters counters() {
    return counters;
  }

  /** Completes with one line when the dealer cannot ever serve as it is set up. */
  public CompletionStage<String> failure() {
    return failure.reason();
  }

  /** Stops dealing; the parties go on with what they hold. */
  @Override
  public void close() {
    transport.close();
    RoleSystem.stop(system);
    pool.close();
    state.close();
  }
}
