// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerKeys;
import io.pascaline.actors.dealer.DealingCapacity;
import io.pascaline.actors.dealer.PairDealer;
import io.pascaline.actors.dealer.PairDealerSettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The dealer as a process of its own. Thread-safe. */
public final class DealerNode implements AutoCloseable {
  private final RoleNode<?> node;
  private final DealerCounters counters;

  private DealerNode(RoleNode<?> node, DealerCounters counters) {
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
    long dealBytes = RoleMemory.dealBytes(plan, runtime);
    return start(
        plan,
        party0Key,
        party1Key,
        listen,
        runtime,
        dealBytes,
        () -> new OwnProcess("dealer", runtime));
  }

  /** Starts a dealer on a platform, which is asked for once the state is open. */
  static DealerNode start(
      NetworkPlan plan,
      CorrelationKey party0Key,
      CorrelationKey party1Key,
      LinkAddress listen,
      RuntimeSettings runtime,
      long dealBytes,
      Supplier<RolePlatform> platforms) {
    RoleLaunch launch =
        RoleLaunch.on(platforms, runtime, plan, RoleState.open(runtime.state(), StateRole.DEALER));
    DealerCounters counters = new DealerCounters();
    RoleAssembly<Dealer.Command> role =
        launch.orClose(
            () ->
                RoleAssembly.dealer(
                    plan,
                    new DealerKeys(party0Key, party1Key),
                    new DealingCapacity(runtime.computeThreads(), dealBytes),
                    launch.resources("dealer"),
                    counters));
    return new DealerNode(launch.start("dealer", role, listen, Map.of()), counters);
  }

  /**
   * Starts the dealer of a server, which is party 0, and of its clients, each of which is party 1:
   * those whose identities are pinned as party 1. Their keys come from their sealed links.
   *
   * @param plan the public plan, of a network whose weights party 0 owns
   * @param serverKey the key it shares with the server
   * @param listen where it listens
   * @param runtime how it runs
   * @param inferencesPerMinute for how many inferences of one client it deals in the long run; 0
   *     does not limit
   * @throws IllegalArgumentException if weights are not owned, links are not sealed, or there is no
   *     such client
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   * @throws InsufficientMemoryException if this JVM's heap is too small for all clients
   */
  public static DealerNode startForServer(
      NetworkPlan plan,
      CorrelationKey serverKey,
      LinkAddress listen,
      RuntimeSettings runtime,
      int inferencesPerMinute) {
    if (plan.visibility() != Visibility.OWNED) {
      throw new IllegalArgumentException("visibility must be OWNED: " + plan.visibility());
    }
    int clientCount = runtime.links().clientsAsParty();
    long dealBytes = RoleMemory.pairDealBytes(plan, runtime, clientCount);
    ClientStates states = new ClientStates(runtime.state(), StateRole.DEALER);
    RoleLaunch launch =
        RoleLaunch.inOwnProcess(
            "dealer",
            runtime,
            plan,
            RoleState.open(runtime.state().withoutAudit(), StateRole.DEALER),
            states);
    DealerCounters counters = new DealerCounters();
    RoleAssembly<PairDealer.Command> role =
        launch.orClose(
            () ->
                RoleAssembly.pairDealer(
                    new PairDealerSettings(
                        plan,
                        serverKey,
                        launch.compute("dealer"),
                        new DealingCapacity(runtime.computeThreads(), dealBytes),
                        inferencesPerMinute,
                        states::open,
                        launch.failure(),
                        counters),
                    launch.failure()));
    return new DealerNode(launch.start("dealer", role, listen, Map.of()), counters);
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

  RoleNode<?> node() {
    return node;
  }

  /** Stops dealing; the parties serve on with what they hold. */
  @Override
  public void close() {
    node.close();
  }
}
