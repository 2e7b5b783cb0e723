// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.micrometer.PascalineMeters;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.cli.output.Version;
import io.pascaline.cli.status.CellGauges;
import io.pascaline.cli.status.ProcessMeters;
import io.pascaline.cli.status.Status;
import io.pascaline.cluster.CellNode;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.micrometer.GatewayMeters;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The metrics of a role that serves several models: those of its process and gateway, and those of
 * each model with the tags {@code model} and {@code version}. Thread-safe.
 */
final class ModelMeters implements Status {
  private final String role;
  private final long startedNs = System.nanoTime();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ProcessMeters process;
  private volatile Supplier<List<Map<String, Object>>> models = List::of;
  private volatile String cellOrNull;
  private volatile CellGauges cellsOrNull;
  private volatile Supplier<List<String>> membersOrNull;

  ModelMeters(String role) {
    this.role = role;
    process = new ProcessMeters(registry, role);
  }

  /** Adds the gateway of a party. */
  void bindGateway(Gateway gateway) {
    GatewayMeters.bindGateway(registry, role, gateway);
  }

  /** Adds the cell that a party is in, and the cluster. */
  void inCell(CellNode node) {
    cellOrNull = node.name();
    membersOrNull = node::members;
  }

  /** Adds the cells of a gateway, and the cluster. */
  void bindCells(GatewayNode node) {
    cellsOrNull = new CellGauges(registry, role, node, true);
    membersOrNull = node::members;
  }

  /** Adds a model of a gateway that has cells; returns what takes it out. */
  Runnable bindServed(NetworkPlan plan, BooleanSupplier isReady) {
    CompositeMeterRegistry ofModel = registryOf(plan, isReady);
    return () -> remove(ofModel);
  }

  /** Sets what is served. */
  void list(Supplier<List<Map<String, Object>>> served) {
    models = served;
  }

  /** Adds a model of a party; returns what takes it out. */
  Runnable bindParty(int partyId, NetworkPlan plan, PartyNode node, BooleanSupplier isReady) {
    CompositeMeterRegistry ofModel = registryOf(plan, isReady);
    PascalineMeters.bindNode(ofModel, role, node.transport());
    PascalineMeters.bindParty(ofModel, partyId, plan, node.counters());
    return () -> remove(ofModel);
  }

  /** Adds a model of the dealer; returns what takes it out. */
  Runnable bindDealer(NetworkPlan plan, DealerNode node, BooleanSupplier isReady) {
    CompositeMeterRegistry ofModel = registryOf(plan, isReady);
    PascalineMeters.bindNode(ofModel, role, node.transport());
    PascalineMeters.bindDealer(ofModel, node.counters());
    return () -> remove(ofModel);
  }

  private CompositeMeterRegistry registryOf(NetworkPlan plan, BooleanSupplier isReady) {
    CompositeMeterRegistry ofModel = new CompositeMeterRegistry();
    ofModel.config().commonTags("model", plan.name(), "version", InferenceResult.version(plan));
    ofModel.add(registry);
    ProcessMeters.bindModel(ofModel, role, plan, isReady);
    return ofModel;
  }

  private void remove(CompositeMeterRegistry ofModel) {
    List.copyOf(ofModel.getMeters()).forEach(ofModel::remove);
    // It would close the registry of all models, which then takes no meter of a later one.
    ofModel.remove(registry);
    ofModel.close();
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(registry::close);
    parts.own(process::close);
    parts.close();
  }

  @Override
  public String prometheus() {
    if (cellsOrNull != null) {
      cellsOrNull.update();
    }
    return registry.scrape();
  }

  @Override
  public String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    List<Map<String, Object>> served = models.get();
    root.put("role", role);
    root.put("version", Version.number());
    root.put("uptimeSeconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs));
    root.put("ready", served.stream().anyMatch(model -> Boolean.TRUE.equals(model.get("ready"))));
    root.set("models", mapper.valueToTree(served));
    if (cellOrNull != null) {
      root.put("cell", cellOrNull);
    }
    if (membersOrNull != null) {
      membersOrNull.get().forEach(root.putArray("members")::add);
    }
    if (cellsOrNull != null) {
      cellsOrNull.update();
      cellsOrNull.write(root.putArray("cells"));
    }
    ArrayNode meters = root.putArray("meters");
    registry.getMeters().stream()
        .filter(ProcessMeters::isShown)
        .sorted(
            Comparator.comparing((Meter meter) -> meter.getId().getName())
                .thenComparing(meter -> meter.getId().getTags().toString()))
        .forEach(meter -> add(meters.addObject(), meter));
    return root.toString();
  }

  private static void add(ObjectNode into, Meter meter) {
    into.put("name", meter.getId().getName());
    ObjectNode tags = into.putObject("tags");
    meter.getId().getTags().stream()
        .filter(tag -> !tag.getKey().equals("role"))
        .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
    ObjectNode values = into.putObject("values");
    for (Measurement measurement : meter.measure()) {
      values.put(measurement.getStatistic().getTagValueRepresentation(), measurement.getValue());
    }
  }
}
