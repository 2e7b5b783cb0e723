// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.party.ClientQuotaSetting;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A party as a process of its own. Thread-safe. */
public final class PartyNode implements AutoCloseable {
  private final int partyId;
  private final long drainTimeoutMs;
  private final RoleNode<Party.Command> node;
  private final PartyCounters counters;
  private final ClientEntrance clientEntrance;
  private final ClientQuotaSetting clientQuota;

  private PartyNode(
      int partyId,
      long drainTimeoutMs,
      RoleNode<Party.Command> node,
      PartyCounters counters,
      ClientEntrance clientEntrance,
      ClientQuotaSetting clientQuota) {
    this.partyId = partyId;
    this.drainTimeoutMs = drainTimeoutMs;
    this.node = node;
    this.counters = counters;
    this.clientEntrance = clientEntrance;
    this.clientQuota = clientQuota;
  }

  /**
   * Starts a party: listens, dials the dealer, and party 1 dials party 0.
   *
   * @param model this party's share of the model
   * @param dealerKey the key it shares with the dealer
   * @param listen where it listens
   * @param dealer where the dealer listens
   * @param party0 where party 0 listens; null for party 0 itself
   * @param runtime how it runs
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   * @throws InsufficientMemoryException if this JVM's heap is too small for the model
   */
  public static PartyNode start(
      ModelShare model,
      CorrelationKey dealerKey,
      LinkAddress listen,
      LinkAddress dealer,
      LinkAddress party0,
      RuntimeSettings runtime) {
    Precomputation precomputation = RoleMemory.partyPrecomputation(model.plan(), runtime);
    return start(
        model,
        dealerKey,
        listen,
        dealer,
        party0,
        runtime,
        precomputation,
        () -> new OwnProcess("party" + model.partyId(), runtime));
  }

  /** Starts a party on a platform, which is asked for once the state is open. */
  static PartyNode start(
      ModelShare model,
      CorrelationKey dealerKey,
      LinkAddress listen,
      LinkAddress dealer,
      LinkAddress party0,
      RuntimeSettings runtime,
      Precomputation precomputation,
      Supplier<RolePlatform> platforms) {
    if (model.partyId() == 1 && party0 == null) {
      throw new IllegalArgumentException("party0 must be given to party 1: null");
    }
    RuntimeSettings bounded =
        runtime.toBuilder()
            .limits(
                runtime.limits().toBuilder()
                    .otherShareTimeoutMs(runtime.links().otherShareTimeoutMs())
                    .build())
            .build();
    RoleLaunch launch =
        RoleLaunch.on(
            platforms,
            runtime,
            model.plan(),
            RoleState.open(runtime.state(), StateRole.party(model.partyId())));
    PartyCounters counters = new PartyCounters();
    PartyCapacity capacity = bounded.capacity(precomputation);
    RoleAssembly<Party.Command> role =
        launch.orClose(
            () ->
                RoleAssembly.party(
                    model,
                    DealingKey.of(dealerKey),
                    capacity,
                    LinearKernels.best(),
                    launch.resources("party " + model.partyId()),
                    counters));
    Map<LinkAddress, String> dialled = new HashMap<>();
    dialled.put(dealer, "dealer");
    if (model.partyId() == 1) {
      dialled.put(party0, "party 0");
    }
    RoleNode<Party.Command> node = launch.start("party" + model.partyId(), role, listen, dialled);
    return new PartyNode(
        model.partyId(),
        runtime.limits().drainTimeoutMs(),
        node,
        counters,
        ClientEntrance.of(
            model.partyId(),
            model.plan(),
            role.listener(node.actor(), Map.of()),
            counters,
            capacity),
        capacity.clientQuota());
  }

  /** Returns where clients that are in this process enter the party. */
  public ClientEntrance clientEntrance() {
    return clientEntrance;
  }

  /**
   * Changes what one client may ask of the party, over links and by its gateway, from its next
   * request on.
   *
   * @param sessions requests of one client at a time; 0 for the usual part
   * @param requestsPerSecond requests of one client per second in the long run; 0 for no limit
   * @throws IllegalArgumentException if one is out of range
   */
  public void limitClients(int sessions, int requestsPerSecond) {
    clientQuota.set(sessions, requestsPerSecond);
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  /** Returns where it can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    return node.transport().address();
  }

  /** Returns what it has counted. */
  public PartyTraffic traffic() {
    return counters.traffic(partyId);
  }

  /** Returns what it counts, gauges included. */
  public PartyCounters counters() {
    return counters;
  }

  /** Completes when the party cannot serve any more. */
  public CompletionStage<RoleFailure> failure() {
    return node.failure();
  }

  RoleNode<Party.Command> node() {
    return node;
  }

  /**
   * Refuses new requests, lets those in flight finish for at most {@link
   * io.pascaline.actors.party.PartyLimits#drainTimeoutMs}, then closes.
   */
  @Override
  public void close() {
    node.actor().tell(Party.Closing.INSTANCE);
    node.drain(Party.Drain::new, drainTimeoutMs);
    node.close();
  }
}
