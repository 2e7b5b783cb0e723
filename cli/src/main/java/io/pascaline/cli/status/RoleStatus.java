// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.link.LinkTotals;
import io.pascaline.actors.micrometer.PascalineMeters;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.ServerNode;
import io.pascaline.cli.output.Version;
import io.pascaline.cluster.CellNode;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.micrometer.GatewayMeters;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.driver.DriverStatus;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.link.TransportException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One role's metrics, as Prometheus text and as JSON. Thread-safe. */
public final class RoleStatus implements Status {

  private final String role;
  private final String driverDirectory;
  private final NetworkPlan plan;
  private final Map<String, BooleanSupplier> peers;
  private final BooleanSupplier ready;
  private final ProcessMeters process;
  private String cell;
  private Supplier<List<String>> members;
  private CellGauges cells;
  private final long startedNs = System.nanoTime();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private RoleStatus(
      String role,
      String driverDirectory,
      NetworkPlan plan,
      Map<String, BooleanSupplier> peers,
      BooleanSupplier ready) {
    this.role = role;
    this.driverDirectory = driverDirectory;
    this.plan = plan;
    this.peers = peers;
    this.ready = ready;
    process = new ProcessMeters(registry, role);
    ProcessMeters.bindModel(registry, role, plan, ready);
  }

  /** Adds the gateway of a party. */
  public RoleStatus withGateway(Gateway gateway) {
    GatewayMeters.bindGateway(registry, role, gateway);
    return this;
  }

  /** Returns a dealer's. */
  public static RoleStatus of(DealerNode dealer, NetworkPlan plan) {
    Map<String, BooleanSupplier> peers = new LinkedHashMap<>();
    for (int party = 0; party < 2; party++) {
      LinkTotals links = dealer.counters().links(party);
      peers.put("party" + party, () -> links.openCount(Role.PARTY) > 0);
    }
    RoleStatus status =
        new RoleStatus(
            "dealer",
            dealer.transport().driverDirectory(),
            plan,
            peers,
            () -> peers.values().stream().allMatch(BooleanSupplier::getAsBoolean));
    PascalineMeters.bindNode(status.registry, status.role, dealer.transport());
    PascalineMeters.bindDealer(status.registry, dealer.counters());
    return status;
  }

  /** Returns a party's. */
  public static RoleStatus of(PartyNode party, int partyId, NetworkPlan plan) {
    LinkTotals links = party.counters().links();
    Map<String, BooleanSupplier> peers = new LinkedHashMap<>();
    peers.put("dealer", () -> links.openCount(Role.DEALER) > 0);
    peers.put("party" + (1 - partyId), () -> links.openCount(Role.PARTY) > 0);
    RoleStatus status =
        new RoleStatus(
            "party" + partyId,
            party.transport().driverDirectory(),
            plan,
            peers,
            () -> PartyReadiness.of(party.counters()).isReady());
    PascalineMeters.bindNode(status.registry, status.role, party.transport());
    PascalineMeters.bindParty(status.registry, partyId, plan, party.counters());
    return status;
  }

  /** Returns that of a gateway that is a process of its own. */
  public static RoleStatus of(GatewayNode gateway, int partyId, NetworkPlan plan) {
    RoleStatus status =
        new RoleStatus(
            "gateway" + partyId,
            null,
            plan,
            Map.of(),
            () -> gateway.cells(plan).stream().anyMatch(CellLoad::isServing));
    status.cells = new CellGauges(status.registry, status.role, gateway, false);
    status.members = gateway::members;
    return status.withGateway(gateway.gateway());
  }

  /** Adds the cell that a party is in, and the cluster. */
  public void inCell(CellNode node) {
    cell = node.name();
    members = node::members;
  }

  /** Returns a server's: those of its links. */
  public static RoleStatus of(ServerNode server, NetworkPlan plan) {
    RoleStatus status =
        new RoleStatus(
            "server",
            server.transport().driverDirectory(),
            plan,
            Map.of("dealer", server.counters()::isDealerConnected),
            server.counters()::isDealerConnected);
    PascalineMeters.bindNode(status.registry, status.role, server.transport());
    return status;
  }

  @Override
  public String prometheus() {
    if (cells != null) {
      cells.update();
    }
    return registry.scrape();
  }

  /** Returns all metrics, and the media driver's counters and faults. */
  @Override
  public String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("role", role);
    root.put("version", Version.number());
    root.put("model", plan.name());
    root.put("digest", InferenceResult.version(plan));
    root.put("uptimeSeconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs));
    ObjectNode connected = root.putObject("connected");
    peers.forEach((name, isThere) -> connected.put(name, isThere.getAsBoolean()));
    root.put("ready", ready.getAsBoolean());
    if (cell != null) {
      root.put("cell", cell);
    }
    if (members != null) {
      members.get().forEach(root.putArray("members")::add);
    }
    if (cells != null) {
      cells.update();
      cells.write(root.putArray("cells"));
    }
    ArrayNode meters = root.putArray("meters");
    registry.getMeters().stream()
        .filter(ProcessMeters::isShown)
        .sorted(
            Comparator.comparing((Meter meter) -> meter.getId().getName())
                .thenComparing(RoleStatus::layer)
                .thenComparing(meter -> meter.getId().getTags().toString()))
        .forEach(meter -> add(meters.addObject(), meter));
    if (driverDirectory == null) {
      return root.toString();
    }
    try {
      DriverStatus carrier = DriverStatus.read(driverDirectory);
      ObjectNode aeron = root.putObject("aeron");
      add(aeron.putArray("counters"), carrier.counters());
      add(aeron.putArray("streams"), carrier.streamCounters());
      ArrayNode errors = aeron.putArray("errors");
      for (DriverStatus.Fault fault : carrier.errors()) {
        errors
            .addObject()
            .put("count", fault.count())
            .put("first", fault.first().toString())
            .put("last", fault.last().toString())
            .put("text", fault.text());
      }
    } catch (TransportException e) {
      root.put("aeronMissing", e.getMessage());
    }
    return root.toString();
  }

  /** Returns the layer that a meter is about; -1 for none. */
  private static int layer(Meter meter) {
    String layer = meter.getId().getTag("layer");
    return layer == null ? -1 : Integer.parseInt(layer);
  }

  private static void add(ArrayNode into, List<DriverStatus.Counter> counters) {
    for (DriverStatus.Counter counter : counters) {
      into.addObject().put("label", counter.label()).put("value", counter.value());
    }
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(registry::close);
    parts.own(process::close);
    parts.close();
  }

  private void add(ObjectNode into, Meter meter) {
    into.put("name", meter.getId().getName());
    if (layer(meter) >= 0) {
      into.put("layerName", plan.layers().get(layer(meter)).name());
    }
    ObjectNode tags = into.putObject("tags");
    meter.getId().getTags().stream()
        .filter(tag -> !tag.getKey().equals("role"))
        .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
    if (meter instanceof Timer timer) {
      into.put("count", timer.count());
      into.put("meanMs", timer.mean(TimeUnit.MILLISECONDS));
      into.put("maxMs", timer.max(TimeUnit.MILLISECONDS));
    } else {
      for (Measurement measurement : meter.measure()) {
        double value = measurement.getValue();
        if (value == Math.rint(value)) {
          into.put("value", (long) value);
        } else {
          into.put("value", value);
        }
      }
    }
  }
}
