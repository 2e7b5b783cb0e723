// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.RuntimeSettings;
import io.pascaline.actors.ServiceStatistics.PartyTraffic;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.link.FirstFailure;
import io.pascaline.actors.link.LinkEvents;
import io.pascaline.actors.link.WireLimits;
import io.pascaline.actors.party.InputGate;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** A party as a process of its own. Thread-safe. */
public final class PartyNode implements AutoCloseable {
  private static final int STORE_OVERHEAD_BYTES = 16;

  private final int partyId;
  private final long drainTimeoutMs;
  private final RoleState state;
  private final ComputePool pool;
  private final ActorSystem<Party.Command> system;
  private final TransportNode transport;
  private final FirstFailure failure;
  private final PartyCounters counters;

  private PartyNode(
      int partyId,
      long drainTimeoutMs,
      RoleState state,
      ComputePool pool,
      ActorSystem<Party.Command> system,
      TransportNode transport,
      FirstFailure failure,
      PartyCounters counters) {
    this.partyId = partyId;
    this.drainTimeoutMs = drainTimeoutMs;
    this.state = state;
    this.pool = pool;
    this.system = system;
    this.transport = transport;
    this.failure = failure;
    this.counters = counters;
  }

  /**
   * Starts a party: listens, dials the dealer, and party 1 dials party 0.
   *
   * @param model this party's half of the model
   * @param dealerKey the key it shares with the dealer
   * @param listen where it listens
   * @param dealer where the dealer listens
   * @param party0 where party 0 listens; null for party 0 itself
   * @param runtime how it runs
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   */
  public static PartyNode start(
      ModelShare model,
      CorrelationKey dealerKey,
      LinkAddress listen,
      LinkAddress dealer,
      LinkAddress party0,
      RuntimeSettings runtime) {
    if (model.partyId() == 1 && party0 == null) {
      throw new IllegalArgumentException("party0 must be given to party 1: null");
    }
    RoleState state = RoleState.open(runtime.state(), StateRole.party(model.partyId()));
    ComputePool pool = new ComputePool("party" + model.partyId(), runtime.computeThreads());
    FirstFailure failure = new FirstFailure();
    PartyCounters counters = new PartyCounters();
    InputGate gate =
        new InputGate(
            runtime.maxSessions() + runtime.limits().maxQueued(),
            runtime.limits().clientSessions(runtime.maxSessions()),
            runtime.limits().retryAfterMs(),
            counters);
    LinkMessage.Hello hello =
        Hellos.party(model.partyId(), model.plan().digest(), model.sharingId());
    PartySettings settings =
        new PartySettings(
            model,
            dealerKey,
            hello.nonce(),
            pool,
            runtime.precomputedCorrelations(),
            runtime.maxSessions(),
            runtime.limits(),
            state,
            gate,
            System::nanoTime,
            failure,
            counters);
    ActorSystem<Party.Command> system =
        RoleSystem.start(Party.create(settings), "party" + model.partyId());
    Map<LinkAddress, String> dialled = new HashMap<>();
    dialled.put(dealer, "dealer");
    if (model.partyId() == 1) {
      dialled.put(party0, "party 0");
    }
    TransportNode transport = null;
    try {
      transport =
          TransportNode.launch(
              transportContext(runtime, model.plan())
                  .hello(hello)
                  .listen(listen)
                  .listener(new LinkEvents<>(system, Party.OnLink::new, failure, dialled, gate)));
      dialled.forEach(transport::connect);
    } catch (RuntimeException refused) {
      if (transport != null) {
        transport.close();
      }
      RoleSystem.stop(system);
      pool.close();
      state.close();
      throw refused;
    }
    return new PartyNode(
        model.partyId(),
        runtime.limits().drainTimeoutMs(),
        state,
        pool,
        system,
        transport,
        failure,
        counters);
  }

  /** Half of what the dealer sends goes to each party, with a tag for each layer. */
  private static long storeBytesPerSession(NetworkPlan plan) {
    return plan.costs().offlineBytes() / 2 + (long) STORE_OVERHEAD_BYTES * plan.layers().size();
  }

  static TransportContext transportContext(RuntimeSettings runtime, NetworkPlan plan) {
    TransportContext context =
        WireLimits.apply(plan, runtime, new TransportContext())
            .idleMode(runtime.idleMode())
            .security(runtime.links().security())
            .profile(runtime.links().profile())
            .advertise(runtime.links().advertised())
            .livenessTimeoutMs(runtime.limits().livenessTimeoutMs())
            .resumeTimeoutMs(runtime.limits().resumeTimeoutMs())
            .connectTimeoutMs(runtime.connectTimeoutMs());
    return runtime.aeronDirectory() == null
        ? context
        : context.aeronDirectory(runtime.aeronDirectory());
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return transport;
  }

  /** Returns where it can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    return transport.address();
  }

  /** Returns what it has counted. */
  public PartyTraffic traffic() {
    return counters.traffic(partyId);
  }

  /** Returns what it counts, gauges included. */
  public PartyCounters counters() {
    return counters;
  }

  /** Completes with one line when the party cannot ever serve as it is set up. */
  public CompletionStage<String> failure() {
    return failure.reason();
  }

  /**
   * Refuses new requests, lets those under way finish for at most {@link
   * io.pascaline.actors.ServiceLimits#drainTimeoutMs}, then closes.
   */
  @Override
  public void close() {
    drain();
    transport.close();
    RoleSystem.stop(system);
    pool.close();
    state.close();
  }

  private void drain() {
    if (drainTimeoutMs == 0) {
      return;
    }
    CompletionStage<Done> drained =
        AskPattern.ask(
            system, Party.Drain::new, Duration.ofMillis(drainTimeoutMs), system.scheduler());
    try {
      drained.toCompletableFuture().get(drainTimeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // What is still under way ends with its links.
    }
  }
}
