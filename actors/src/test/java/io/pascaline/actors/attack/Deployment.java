// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.Identities;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.link.LinkAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A dealer, two parties and a client over UDP, their links protected. */
final class Deployment implements AutoCloseable {
  /** Long enough for a machine with other work; a wait that is met ends at once. */
  private static final long AWAIT_S = 100;

  static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long TIMEOUT_MS = 60_000;

  /** Attackers share the cores with those who must not be taken for gone. */
  private static final long PATIENCE_MS = 30_000;

  final Identities identities = new Identities();
  final FusedNetwork network;
  final DealerNode dealer;
  final PartyNode party0;
  final PartyNode party1;
  final PrivateInferenceClient client;

  Deployment(long seed) {
    this(seed, UnaryOperator.identity(), role -> StateSettings.inMemory());
  }

  /**
   * The same with somebody between the parties.
   *
   * @param path where party 1 finds party 0, from where that listens
   * @param states where roles keep what they must not forget, by role
   */
  @SuppressWarnings("try")
  Deployment(long seed, UnaryOperator<LinkAddress> path, Function<String, StateSettings> states) {
    network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    CorrelationKey key0 = CorrelationKey.generate(RANDOM);
    CorrelationKey key1 = CorrelationKey.generate(RANDOM);
    dealer =
        DealerNode.start(
            network.plan(),
            key0,
            key1,
            ANY_PORT,
            runtime(identities.dealer()).toBuilder().state(states.apply("dealer")).build());
    party0 =
        PartyNode.start(
            shares[0],
            key0,
            ANY_PORT,
            dealer.address(),
            null,
            runtime(identities.party(0)).toBuilder().state(states.apply("party0")).build());
    party1 =
        PartyNode.start(
            shares[1],
            key1,
            ANY_PORT,
            dealer.address(),
            path.apply(party0.address()),
            runtime(identities.party(1)).toBuilder().state(states.apply("party1")).build());
    client = connect(identities.client(), party0.address());
  }

  /** Returns a client that reaches party 0 by an address, its own or that of somebody between. */
  PrivateInferenceClient connect(LinkSettings links, LinkAddress party0Address) {
    return connect(links, party0Address, party1.address());
  }

  /** Returns a client that takes others for the parties, who may be them. */
  PrivateInferenceClient connect(
      LinkSettings links, LinkAddress party0Address, LinkAddress party1Address) {
    return PrivateInferenceClient.builder(network.plan())
        .listen(ANY_PORT)
        .party(0, party0Address, null)
        .party(1, party1Address, null)
        .runtime(runtime(links))
        .requestTimeout(Duration.ofMillis(TIMEOUT_MS))
        .retry(RetryPolicy.never())
        .connect();
  }

  static RuntimeSettings runtime(LinkSettings links) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .maxSessions(16)
        .connectTimeoutMs(TIMEOUT_MS)
        .limits(PartyLimits.builder().drainTimeoutMs(5_000).build())
        .links(links.toBuilder().peerTimeoutMs(PATIENCE_MS).resumeTimeoutMs(PATIENCE_MS).build())
        .build();
  }

  /** Returns where the roles listen: dealer, parties, client. */
  List<LinkAddress> addresses() {
    return List.of(
        dealer.address(), party0.address(), party1.address(), client.transport().address());
  }

  /** Returns what their links have counted, in the same order. */
  List<NodeCounters> counters() {
    return List.of(
        dealer.transport().counters(),
        party0.transport().counters(),
        party1.transport().counters(),
        client.transport().counters());
  }

  long faults() {
    return counters().stream().mapToLong(NodeCounters::faults).sum();
  }

  long errors() {
    return counters().stream().mapToLong(NodeCounters::errors).sum();
  }

  /** Returns whether no role has given up for good. */
  boolean isWhole() {
    return Stream.of(dealer.failure(), party0.failure(), party1.failure(), client.failure())
        .noneMatch(failure -> failure.toCompletableFuture().isDone());
  }

  static InetSocketAddress socketAddress(LinkAddress address) {
    String channel = address.channel();
    return new InetSocketAddress(
        "127.0.0.1", Integer.parseInt(channel.substring(channel.lastIndexOf(':') + 1)));
  }

  /** Waits for something, at most half a minute. */
  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAIT_S);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("no " + what + " within " + AWAIT_S + " s");
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  @Override
  public void close() {
    client.close();
    party1.close();
    party0.close();
    dealer.close();
  }
}
