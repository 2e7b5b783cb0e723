// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.InferenceService;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.actors.ServiceStatistics;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.ClientPort;
import io.pascaline.actors.client.PendingBound;
import io.pascaline.actors.link.FirstFailure;
import io.pascaline.actors.link.LinkEvents;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** A client of two remote parties. Thread-safe. */
public final class ClientNode implements InferenceService {
  private final ClientPort port;
  private final RoleHost host;
  private final TransportNode transport;
  private final FirstFailure failure;
  private final ClientCounters counters;

  private ClientNode(
      ClientPort port,
      RoleHost host,
      TransportNode transport,
      FirstFailure failure,
      ClientCounters counters) {
    this.port = port;
    this.host = host;
    this.transport = transport;
    this.failure = failure;
    this.counters = counters;
  }

  /**
   * Starts a client in an actor system of its own and dials both parties; returns at once.
   *
   * @param plan the public plan
   * @param listen where the parties' answers arrive; a port of 0 takes any free one
   * @param party0 where party 0 listens
   * @param party1 where party 1 listens
   * @param runtime how it runs
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   */
  public static ClientNode connect(
      NetworkPlan plan,
      LinkAddress listen,
      LinkAddress party0,
      LinkAddress party1,
      RuntimeSettings runtime) {
    return connect(RoleHost.own(), plan, listen, party0, party1, runtime);
  }

  /**
   * Returns the same in any actor system.
   *
   * @param host where its actor lives
   */
  public static ClientNode connect(
      RoleHost host,
      NetworkPlan plan,
      LinkAddress listen,
      LinkAddress party0,
      LinkAddress party1,
      RuntimeSettings runtime) {
    FirstFailure failure = new FirstFailure();
    ClientCounters counters = new ClientCounters();
    ActorRef<Client.Command> client =
        host.start(Client.create(plan, runtime.requestTimeoutMs(), counters, failure), "client");
    Map<LinkAddress, String> dialled = new HashMap<>();
    dialled.put(party1, "party 1");
    dialled.put(party0, "party 0");
    TransportNode transport = null;
    try {
      transport =
          TransportNode.launch(
              PartyNode.transportContext(runtime, plan)
                  .hello(Hellos.client(plan.digest()))
                  .listen(listen)
                  .listener(new LinkEvents<>(client, Client.OnLink::new, failure, dialled)));
      dialled.forEach(transport::connect);
    } catch (RuntimeException refused) {
      if (transport != null) {
        transport.close();
      }
      host.stop();
      throw refused;
    }
    ClientPort port =
        new ClientPort(
            client,
            plan,
            runtime.requestTimeoutMs(),
            new PendingBound(runtime.limits().maxPending()),
            failure.reason());
    return new ClientNode(port, host, transport, failure, counters);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return port.infer(input);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return port.infer(input, timeout.toMillis());
  }

  /**
   * Waits for both parties' links; how far the correlations are ahead is the parties' knowledge.
   *
   * @param inferenceCount not used by a remote client
   * @param timeout when to give up
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    return port.connected(timeout);
  }

  @Override
  public CompletionStage<String> failure() {
    return failure.reason();
  }

  /** Returns what it counts. */
  public ClientCounters counters() {
    return counters;
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return transport;
  }

  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(List.of(), counters.traffic());
  }

  @Override
  public void close() {
    transport.close();
    host.stop();
  }
}
