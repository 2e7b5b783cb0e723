// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecordedCompute;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.server.Server;
import io.pascaline.actors.server.ServerCounters;
import io.pascaline.actors.server.ServerSettings;
import io.pascaline.actors.server.StockBudget;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * A server as a process of its own: party 0, which owns the weights, for clients each of which is
 * party 1. The clients are those whose identities are pinned as party 1, and there is memory for
 * all of them. Thread-safe.
 */
public final class ServerNode implements AutoCloseable {
  private final long drainTimeoutMs;
  private final RoleNode<Server.Command> node;
  private final ServerCounters counters;

  private ServerNode(long drainTimeoutMs, RoleNode<Server.Command> node, ServerCounters counters) {
    this.drainTimeoutMs = drainTimeoutMs;
    this.node = node;
    this.counters = counters;
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
    RoleMemory.Stock memory = RoleMemory.ofServer(plan, runtime, clientCount, ahead);
    RoleState state = RoleState.open(runtime.state().withoutAudit(), StateRole.PARTY_0);
    WordArrays arrays = RoleMemory.recycledArrays();
    ComputePool pool =
        new ComputePool(
            "server", runtime.computeThreads(), runtime.spinUs(), new RecycledArrays(arrays));
    FirstFailure failure = new FirstFailure();
    ServerCounters counters = new ServerCounters();
    ClientStates states = new ClientStates(runtime.state(), StateRole.PARTY_0);
    PartyLimits limits =
        runtime.limits().toBuilder()
            .maxBatch(Math.min(runtime.limits().maxBatch(), memory.ownInferences()))
            .maxQueued(1)
            .clientQuota(runtime.maxSessions() + 1, runtime.limits().requestsPerSecondPerClient())
            .build();
    Precomputation most = Precomputation.of(runtime.maxSessions() + ahead);
    LinkMessage.Hello hello =
        Hellos.party(
            0, plan.digest(), served.sharingId(), limits.batch(runtime.maxSessions(), most));
    ServerSettings settings =
        new ServerSettings(
            served,
            dealerKey,
            hello.nonce(),
            new RecordedCompute("server", pool),
            runtime.maxSessions(),
            limits,
            most,
            new StockBudget(plan, memory.ownInferences(), memory.sharedInferences(), ahead),
            states::open,
            failure,
            counters);
    RoleAssembly<Server.Command> role = RoleAssembly.server(hello, settings, failure);
    RoleNode<Server.Command> node =
        RoleNode.start(
            RoleHost.own("server", failure),
            "server",
            role,
            context ->
                RoleNode.deployed(context, runtime, plan, role.hello().maxBatch(), listen)
                    .arrays(arrays),
            Map.of(dealer, "dealer"),
            () -> {
              pool.close();
              states.close();
              state.close();
            });
    return new ServerNode(runtime.limits().drainTimeoutMs(), node, counters);
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
    if (drainTimeoutMs > 0 && !node.hasFailed()) {
      drain();
    }
    node.close();
  }

  private void drain() {
    CompletionStage<Done> drained =
        AskPattern.ask(
            node.actor(), Server.Drain::new, Duration.ofMillis(drainTimeoutMs), node.scheduler());
    try {
      drained.toCompletableFuture().get(drainTimeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // What is still in flight ends with its links.
    }
  }
}
