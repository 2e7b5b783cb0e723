// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.cell.CellLoad;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a gateway knows of each cell of its operator, as metrics and as JSON. Thread-safe. */
public final class CellGauges {
  private final String role;
  private final GatewayNode gateway;
  private final boolean namesModels;
  private final MultiGauge serving;
  private final MultiGauge requests;
  private final MultiGauge correlations;
  private final MultiGauge unanswered;

  /** A cell that has a version of a model. */
  private record Served(NetworkPlan plan, CellLoad load) {}

  /**
   * Adds the metrics of cells to a registry.
   *
   * @param role the gateway, as others name it
   * @param namesModels whether the gateway serves several models, which the metrics then name
   */
  public CellGauges(MeterRegistry registry, String role, GatewayNode gateway, boolean namesModels) {
    this.role = role;
    this.gateway = gateway;
    this.namesModels = namesModels;
    serving = gauge(registry, "pascaline.cell.serving", "1 if requests are assigned to the cell");
    requests = gauge(registry, "pascaline.cell.requests", "requests in flight or waiting there");
    correlations =
        gauge(registry, "pascaline.cell.correlations.ready", "sessions that can begin there");
    unanswered =
        gauge(registry, "pascaline.cell.unanswered", "requests of this gateway without answer");
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private List<Served> served() {
    return gateway.plans().stream()
        .flatMap(plan -> gateway.cells(plan).stream().map(load -> new Served(plan, load)))
        .toList();
  }

  /** Reads the cells again: they come and go. */
  public synchronized void update() {
    List<Served> all = served();
    update(serving, all, one -> one.load().isServing() ? 1 : 0);
    update(requests, all, one -> one.load().requests());
    update(correlations, all, one -> one.load().correlationsReady());
    update(unanswered, all, this::unansweredCount);
  }

  private int unansweredCount(Served one) {
    return gateway.unansweredCount(one.plan(), one.load().cell());
  }

  private void update(MultiGauge gauge, List<Served> all, ToDoubleFunction<Served> value) {
    gauge.register(
        all.stream().map(one -> Row.of(tags(one), value.applyAsDouble(one))).toList(), true);
  }

  private Tags tags(Served one) {
    Tags tags = Tags.of("role", role, "cell", one.load().cell());
    return namesModels
        ? tags.and("model", one.plan().name(), "version", InferenceResult.version(one.plan()))
        : tags;
  }

  /** Writes what {@code status} shows of them. */
  public void write(ArrayNode into) {
    for (Served one : served()) {
      ObjectNode form =
          into.addObject()
              .put("cell", one.load().cell())
              .put("serving", one.load().isServing())
              .put("requests", one.load().requests())
              .put("correlationsReady", one.load().correlationsReady())
              .put("unanswered", unansweredCount(one));
      if (namesModels) {
        form.put("model", one.plan().name() + ":" + InferenceResult.version(one.plan()));
      }
    }
  }
}
