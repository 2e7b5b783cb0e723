// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.pascaline.actors.cell.CellLoad;
import io.pascaline.cluster.GatewayNode;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a gateway knows of each cell of its operator, as metrics and as JSON. Thread-safe. */
final class CellGauges {
  private final String role;
  private final GatewayNode gateway;
  private final MultiGauge serving;
  private final MultiGauge requests;
  private final MultiGauge correlations;
  private final MultiGauge unanswered;

  CellGauges(MeterRegistry registry, String role, GatewayNode gateway) {
    this.role = role;
    this.gateway = gateway;
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

  /** Reads the cells again: they come and go. */
  synchronized void update() {
    List<CellLoad> loads = gateway.cells();
    update(serving, loads, load -> load.isServing() ? 1 : 0);
    update(requests, loads, CellLoad::requests);
    update(correlations, loads, CellLoad::correlationsReady);
    update(unanswered, loads, load -> gateway.unansweredCount(load.cell()));
  }

  private void update(MultiGauge gauge, List<CellLoad> loads, ToDoubleFunction<CellLoad> value) {
    gauge.register(
        loads.stream()
            .map(
                load ->
                    Row.of(Tags.of("role", role, "cell", load.cell()), value.applyAsDouble(load)))
            .toList(),
        true);
  }

  void write(ArrayNode into) {
    for (CellLoad load : gateway.cells()) {
      into.addObject()
          .put("cell", load.cell())
          .put("serving", load.isServing())
          .put("requests", load.requests())
          .put("correlationsReady", load.correlationsReady())
          .put("unanswered", gateway.unansweredCount(load.cell()));
    }
  }
}
