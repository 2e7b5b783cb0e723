// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.party.ClientQuotaSetting;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.server.ClientCorrelationBudget;
import io.pascaline.actors.server.Server;
import io.pascaline.actors.server.ServerCounters;
import io.pascaline.actors.server.ServerSettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * A server as a process of its own: party 0, which owns the weights, for clients each of which is
 * party 1. The clients are those whose identities are pinned as party 1, and there is memory for
 * all of them. Thread-safe.
 */
public final class ServerNode implements AutoCloseable {
  private final long drainTimeoutMs;
  private final RoleNode<Server.Command> node;
  private final ServerCounters counters;
  private final int maxSessions;
  private final ClientQuotaSetting quota;

  private ServerNode(
      RuntimeSettings runtime,
      RoleNode<Server.Command> node,
      ServerCounters counters,
      ClientQuotaSetting quota) {
    drainTimeoutMs = runtime.limits().drainTimeoutMs();
    maxSessions = runtime.maxSessions();
    this.node = node;
    this.counters = counters;
    this.quota = quota;
  }

  /**
   * Starts a server: listens, and dials the dealer.
   *
   * @param model the half of party 0 of a network whose weights it owns
   * @param dealerKey the key it shares with the dealer
   * @param listen where clients reach it
   * @param dealer where the dealer listens
   * @param runtime how it runs; sessions and limits are those of one client
   * @param ahead inferences that are precomputed for a client once it has asked for one, at least 0
   * @throws IllegalArgumentException if weights are not owned, or links are not sealed
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   * @throws InsufficientMemoryException if this JVM's heap is too small for all clients
   */
  public static ServerNode start(
      ModelShare model,
      CorrelationKey dealerKey,
      LinkAddress listen,
      LinkAddress dealer,
      RuntimeSettings runtime,
      int ahead) {
    ModelShare served = model.forClient();
    NetworkPlan plan = served.plan();
    int clientCount = runtime.links().clientsAsParty();
    RoleMemory.ClientCorrelations memory =
        RoleMemory.clientCorrelations(plan, runtime, clientCount, ahead);
    PartyCapacity capacity =
        new PartyCapacity(
            Precomputation.of(runtime.maxSessions() + ahead),
            runtime.maxSessions(),
            limits(runtime, memory));
    ClientStates states = new ClientStates(runtime.state(), StateRole.PARTY_0);
    RoleLaunch launch =
        RoleLaunch.inOwnProcess(
            "server",
            runtime,
            plan,
            RoleState.open(runtime.state().withoutAudit(), StateRole.PARTY_0),
            states);
    ServerCounters counters = new ServerCounters();
    LinkMessage.Hello hello =
        Hellos.party(0, plan.digest(), served.sharingId(), capacity.maxBatch());
    RoleAssembly<Server.Command> role =
        launch.orClose(
            () ->
                RoleAssembly.server(
                    hello,
                    new ServerSettings(
                        served,
                        dealerKey,
                        hello.nonce(),
                        launch.compute("server"),
                        capacity,
                        new ClientCorrelationBudget(
                            plan, memory.ownInferences(), memory.sharedInferences(), ahead),
                        states::open,
                        launch.failure(),
                        counters),
                    launch.failure()));
    RoleNode<Server.Command> node = launch.start("server", role, listen, Map.of(dealer, "dealer"));
    return new ServerNode(runtime, node, counters, capacity.clientQuota());
  }

  private static PartyLimits limits(RuntimeSettings runtime, RoleMemory.ClientCorrelations memory) {
    return runtime.limits().toBuilder()
        .maxBatch(Math.min(runtime.limits().maxBatch(), memory.ownInferences()))
        .maxQueued(1)
        .clientQuota(
            sessionsOfOne(runtime.maxSessions()), runtime.limits().requestsPerSecondPerClient())
        .build();
  }

  /** Returns the requests of a client that may be open: one more than in flight may wait. */
  private static int sessionsOfOne(int maxSessions) {
    return maxSessions + 1;
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  /** Returns where it can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    return node.transport().address();
  }

  /** Returns what it counts, by client and in all. */
  public ServerCounters counters() {
    return counters;
  }

  /**
   * Changes the quota of each client, also of those that are connected.
   *
   * @param requestsPerSecond requests of one client per second in the long run; 0 for no limit
   * @throws IllegalArgumentException if it is out of range; the quota stays
   */
  public void limitClients(int requestsPerSecond) {
    quota.set(sessionsOfOne(maxSessions), requestsPerSecond);
  }

  /** Completes when the server cannot serve any more. */
  public CompletionStage<RoleFailure> failure() {
    return node.failure();
  }

  /**
   * Refuses new requests, lets those in flight finish for at most {@link
   * io.pascaline.actors.party.PartyLimits#drainTimeoutMs}, then closes.
   */
  @Override
  public void close() {
    node.drain(Server.Drain::new, drainTimeoutMs);
    node.close();
  }
}
