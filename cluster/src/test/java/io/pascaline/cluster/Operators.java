// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewayCounters;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Two operators in this process: a gateway node of each, and cells whose nodes are actor systems of
 * their own. The parties of a cell talk as embedded ones do.
 */
final class Operators implements AutoCloseable {
  private static final int SIDE = 6;
  private static final long SEED = 15;

  /** Cores are shared with what is waited for. */
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  final SplittableRandom random = new SplittableRandom(SEED);
  final FusedNetwork network =
      SmallNetworks.residual(
          random,
          3,
          SIDE,
          () ->
              List.of(SmallNetworks.image(SmallNetworks.inputShape(SIDE).elementCount(), random)));
  final List<GatewayNode> gateways = new ArrayList<>();
  private final List<Cell> cells = new ArrayList<>();
  private final Path folder;
  private final Optional<ClusterSettings.TlsFiles> tls;
  final String token = AccessToken.generate(new SecureRandom());

  /** A cell: three roles, and a node in each operator's cluster. */
  final class Cell implements AutoCloseable {
    final String name;
    final EmbeddedInference service;

    /** Those of the cell's parties; empty if they have none. */
    final List<Gateway> ownGateways = new ArrayList<>();

    private final List<CellNode> nodes = new ArrayList<>();
    private boolean closed;

    /** Returns where the cell's nodes are reached: a seed for each operator. */
    private List<String> addresses() {
      return nodes.stream().map(CellNode::clusterAddress).toList();
    }

    private Cell(
        String name, Optional<ClusterSettings.TlsFiles> files, UnaryOperator<URI> announced) {
      this.name = name;
      service = EmbeddedInference.start(network, EmbeddedSettings.defaults());
      for (int party = 0; party < 2; party++) {
        Optional<URI> address = Optional.empty();
        if (announced != null) {
          Gateway own = Gateway.start(http().cell(name).build(), service.clientEntrance(party));
          ownGateways.add(own);
          address = Optional.of(announced.apply(own.address()));
        }
        PartyCounters counters = service.counters(party);
        nodes.add(
            CellNode.join(
                name,
                settings(party, List.of(gateways.get(party).clusterAddress()), files),
                service.clientEntrance(party),
                address,
                () ->
                    await(
                        () -> counters.sessionsInFlight() <= 0 && counters.sessionsQueued() <= 0,
                        "the end of what " + name + " has begun")));
      }
    }

    /** Returns how many requests a party's own gateway has answered with a status. */
    long answeredByOwn(int party, int status) {
      return ownGateways.get(party).counters().answered(GatewayCounters.Kind.INFER, status);
    }

    boolean isUp() {
      return nodes.stream().anyMatch(CellNode::isUp);
    }

    long answered() {
      return service.counters(0).traffic(0).inferences();
    }

    /** Waits until both nodes have ended without having been closed, and ends the service. */
    void awaitEnd() {
      closed = true;
      nodes.forEach(
          node -> await(() -> node.failure().toCompletableFuture().isDone(), "end of " + name));
      service.close();
    }

    /** Ends the nodes at once: they leave no cluster, and tell nobody what they still knew. */
    void kill() {
      closed = true;
      nodes.forEach(node -> node.system().terminate());
      service.close();
      ownGateways.forEach(Gateway::close);
    }

    /** Drains as a party's process does, and leaves both clusters. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        ownGateways.forEach(Gateway::drain);
        nodes.forEach(CellNode::close);
        ownGateways.forEach(Gateway::close);
        service.close();
      }
    }
  }

  Operators(Path folder, Optional<ClusterSettings.TlsFiles> tls) throws IOException {
    this.folder = folder;
    this.tls = tls;
    writePekko(folder);
    Files.write(
        folder.resolve("tokens"), List.of(TokenEntry.of("alice", token, Optional.empty()).line()));
    for (int party = 0; party < 2; party++) {
      gateways.add(gateway(party, List.of()));
    }
  }

  /** Writes settings for a few nodes in one process. */
  static void writePekko(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("pekko.conf"),
        // Cores are shared: a pause is no death.
        "pekko.cluster.failure-detector.acceptable-heartbeat-pause = 6s\n"
            + "pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n"
            // A few nodes in one process agree sooner than by gossip once a second.
            + "pekko.cluster.gossip-interval = 100ms\n"
            + "pekko.cluster.leader-actions-interval = 100ms\n"
            + "pekko.cluster.unreachable-nodes-reaper-interval = 100ms\n"
            + "pekko.cluster.periodic-tasks-initial-delay = 100ms\n"
            // Those that were killed cannot agree that others leave.
            + "pekko.coordinated-shutdown.phases.cluster-exiting.timeout = 500ms\n"
            + "pekko.remote.artery.advanced.shutdown-flush-timeout = 100ms\n"
            + "pascaline.cluster.stable-after = 2s\n");
  }

  private GatewayNode gateway(int party, List<String> seeds) {
    return GatewayNode.start(
        new GatewayNodeSettings(party, plan(), 256, 256, 100),
        http().build(),
        settings(party, seeds, tls));
  }

  private GatewaySettings.Builder http() {
    return GatewaySettings.builder(folder.resolve("tokens")).watchIntervalMs(100);
  }

  /** Stops both gateways, and starts others that join the cell's clusters. */
  void restartGateways(Cell cell) {
    for (int party = 0; party < 2; party++) {
      gateways.get(party).close();
      gateways.set(party, gateway(party, List.of(cell.addresses().get(party))));
    }
  }

  /** Ends both gateways at once: they leave no cluster. */
  void killGateways() {
    gateways.forEach(gateway -> gateway.system().terminate());
  }

  private ClusterSettings settings(
      int party, List<String> seeds, Optional<ClusterSettings.TlsFiles> files) {
    return new ClusterSettings(
        party, "127.0.0.1", 0, seeds, files, false, Optional.of(folder.resolve("pekko.conf")));
  }

  NetworkPlan plan() {
    return network.plan();
  }

  Cell add(String name) {
    return addWith(name, tls);
  }

  /** Starts a cell whose nodes have other certificates than the operators'. */
  Cell addWith(String name, Optional<ClusterSettings.TlsFiles> files) {
    return add(new Cell(name, files, null));
  }

  /**
   * Starts a cell whose parties run gateways.
   *
   * @param announced makes what clients are told of the address of a gateway
   */
  Cell addWithGateways(String name, UnaryOperator<URI> announced) {
    return add(new Cell(name, tls, announced));
  }

  private Cell add(Cell cell) {
    cells.add(cell);
    return cell;
  }

  /** Waits until both gateways know so many cells that serve. */
  void awaitServing(int count) {
    for (GatewayNode gateway : gateways) {
      await(
          () -> gateway.cells(plan()).stream().filter(load -> load.isServing()).count() == count,
          count + " cells at " + gateway.address());
    }
  }

  GatewayClient client() {
    return PrivateInferenceClient.overGateways(
            gateways.get(0).address(), token, gateways.get(1).address(), token)
        .requestTimeout(Duration.ofSeconds(90))
        .connect();
  }

  float[] input() {
    synchronized (random) {
      return SmallNetworks.image(plan().inputShape().elementCount(), random);
    }
  }

  static void await(BooleanSupplier condition, String what) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNs) {
        throw new AssertionError(what + " did not come within 60 s");
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  @Override
  public void close() {
    cells.forEach(Cell::close);
    gateways.forEach(GatewayNode::close);
  }
}
