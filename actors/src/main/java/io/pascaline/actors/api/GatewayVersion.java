// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.CellAssignments;
import io.pascaline.actors.client.CellGateways;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.ClientSettings;
import io.pascaline.actors.client.GatewayLink;
import io.pascaline.actors.client.HttpGateway;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ThreadPerTask;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** One version of a model, as a client asks it over the gateways of both parties. Thread-safe. */
final class GatewayVersion implements AutoCloseable {
  private static final int IMAGES_A_REQUEST = 1;

  private final GatewayDescription description;
  private final FirstFailure failure = new FirstFailure();
  private final Parts parts = new Parts();
  private final ClientRequests requests;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean gone;
  private boolean retired;
  private boolean closed;

  /**
   * Opens a link to each party.
   *
   * @param description of the version
   * @param parties the gateways of party 0 and party 1
   * @param opener opens gateways of cells' parties; null to ask none of them
   * @param policy how the client asks
   * @param counters what the client counts
   */
  GatewayVersion(
      GatewayDescription description,
      List<HttpGateway> parties,
      CellGateways.Opener opener,
      RequestPolicy policy,
      ClientCounters counters) {
    this(
        failure -> RoleHost.own("client", failure), description, parties, opener, policy, counters);
  }

  /** Opens the same in any actor system, which ends if that is refused. */
  GatewayVersion(
      Function<FirstFailure, RoleHost> hosts,
      GatewayDescription description,
      List<HttpGateway> parties,
      CellGateways.Opener opener,
      RequestPolicy policy,
      ClientCounters counters) {
    this.description = description;
    RoleHost host = parts.own(hosts.apply(failure));
    requests = parts.orClose(() -> open(host, parties, opener, policy, counters));
    // First of all: what waits ends because the client is closed, not for want of a link.
    parts.own(requests::close);
  }

  private ClientRequests open(
      RoleHost host,
      List<HttpGateway> parties,
      CellGateways.Opener opener,
      RequestPolicy policy,
      ClientCounters counters) {
    NetworkPlan plan = description.plan();
    ActorRef<Client.Command> actor =
        host.start(
            Client.create(
                new ClientSettings(
                    plan,
                    ClientSettings.Asked.BOTH_PARTIES,
                    policy.timeout().toMillis(),
                    policy.retry().toRetries(),
                    System::nanoTime,
                    counters,
                    failure)),
            "client");
    HttpGateway assigning = parties.get(0);
    CellAssignments cells =
        description.hasCells()
            ? new CellAssignments(
                avoided -> assigning.assign(description.path(), avoided, policy.timeout()),
                opener == null ? CellGateways.none() : ownGateways(parties, opener),
                System::nanoTime)
            : CellAssignments.none();
    for (int party = 0; party < parties.size(); party++) {
      GatewayLink link =
          GatewayLink.open(
              parties.get(party),
              description.path(),
              Hellos.party(
                  party, plan.digest(), new byte[LinkMessage.SHARING_ID_BYTES], IMAGES_A_REQUEST),
              plan.outputWordCount(),
              cells,
              actor,
              () -> gone = true);
      parts.own(link::close);
    }
    return new ClientRequests(actor, host.scheduler(), plan, policy, failure.reason());
  }

  private CellGateways ownGateways(List<HttpGateway> parties, CellGateways.Opener opener) {
    return new CellGateways(
        parties,
        description.path(),
        HexFormat.of().formatHex(description.plan().digest()),
        opener,
        new ThreadPerTask("pascaline-client-check"),
        System::nanoTime);
  }

  CanaryCounts canaries() {
    return requests.canaries();
  }

  GatewayDescription description() {
    return description;
  }

  /** Returns whether a party has said that it does not serve this version. */
  boolean isGone() {
    return gone;
  }

  /** Notes that the parties serve it again. */
  void markServedAgain() {
    gone = false;
  }

  /** Completes when the client's own actor has failed. */
  CompletionStage<String> failure() {
    return failure.reason().thenApply(RoleFailure::detail);
  }

  /** See {@link InferenceService#infer(List, Duration)}. */
  List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration timeout) {
    return begun(inputs.size(), () -> requests.infer(inputs, timeout));
  }

  /** See {@link InferenceService#infer(float[], Duration)}. */
  CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return begun(1, () -> List.of(requests.infer(input, timeout))).get(0);
  }

  /** Counts requests before they are made, so that none is in flight uncounted. */
  private List<CompletionStage<InferenceResult>> begun(
      int count, Supplier<List<CompletionStage<InferenceResult>>> ask) {
    inFlight.addAndGet(count);
    try {
      return ask.get().stream()
          .map(answer -> answer.whenComplete((result, failed) -> ended(1)))
          .toList();
    } catch (RuntimeException mistake) {
      ended(count);
      throw mistake;
    }
  }

  CompletionStage<Void> connected(Duration timeout) {
    return requests.connected(timeout);
  }

  private void ended(int count) {
    if (inFlight.addAndGet(-count) == 0) {
      closeIfRetired();
    }
  }

  /** Closes it once what it has begun is answered: another version is asked from now on. */
  synchronized void retire() {
    retired = true;
    if (inFlight.get() == 0) {
      closeIfRetired();
    }
  }

  private synchronized void closeIfRetired() {
    if (retired && !closed) {
      closed = true;
      // Whoever tells of an answer is a thread of the host that ends.
      new ThreadPerTask("pascaline-client-close").execute(this::closeNow);
    }
  }

  private void closeNow() {
    parts.close();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    closeNow();
  }
}
