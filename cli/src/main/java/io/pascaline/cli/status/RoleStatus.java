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
import io.pascaline.actors.micrometer.PascalineMeters;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.driver.DriverStatus;
import io.pascaline.transport.link.TransportException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One role's metrics, as Prometheus text and as JSON. Thread-safe. */
public final class RoleStatus {
  private final String role;
  private final String driverDirectory;
  private final long startedNs = System.nanoTime();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private RoleStatus(String role, String driverDirectory) {
    this.role = role;
    this.driverDirectory = driverDirectory;
  }

  /** Returns a dealer's. */
  public static RoleStatus of(DealerNode dealer) {
    RoleStatus status = new RoleStatus("dealer", dealer.transport().driverDirectory());
    PascalineMeters.bindNode(status.registry, status.role, dealer.transport());
    PascalineMeters.bindDealer(status.registry, dealer.counters());
    return status;
  }

  /** Returns a party's. */
  public static RoleStatus of(PartyNode party, int partyId, NetworkPlan plan) {
    RoleStatus status = new RoleStatus("party" + partyId, party.transport().driverDirectory());
    PascalineMeters.bindNode(status.registry, status.role, party.transport());
    PascalineMeters.bindParty(status.registry, partyId, plan, party.counters());
    return status;
  }

  /** Returns all metrics in Prometheus' text format. */
  String prometheus() {
    return registry.scrape();
  }

  /** Returns all metrics, and the media driver's counters and faults. */
  String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("role", role);
    root.put("uptimeSeconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs));
    ArrayNode meters = root.putArray("meters");
    registry.getMeters().stream()
        .sorted((a, b) -> order(a).compareTo(order(b)))
        .forEach(meter -> add(meters.addObject(), meter));
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

  private static String order(Meter meter) {
    return meter.getId().getName() + meter.getId().getTags();
  }

  private static void add(ArrayNode into, List<DriverStatus.Counter> counters) {
    for (DriverStatus.Counter counter : counters) {
      into.addObject().put("label", counter.label()).put("value", counter.value());
    }
  }

  private static void add(ObjectNode into, Meter meter) {
    into.put("name", meter.getId().getName());
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
