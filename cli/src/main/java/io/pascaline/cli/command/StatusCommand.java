// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.TextTable;
import io.pascaline.cli.status.StatusQuery;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what a running role counts. */
@Command(
    name = "status",
    description = "Show the counters of a running dealer or party, Aeron's and its error log.")
public final class StatusCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The role's own settings, with 'metrics' in them.")
  private Path config;

  @Option(names = "--json", description = "Print everything as one JSON object.")
  private boolean json;

  @Option(names = "--all", description = "Also print counters that are zero, and those of streams.")
  private boolean all;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public StatusCommand() {}

  @Override
  public Integer call() throws JsonProcessingException {
    JsonNode status = StatusQuery.ask(RoleConfig.any(config).metricsOfRunningRole());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(status));
    } else {
      print(status, out);
    }
    out.flush();
    return 0;
  }

  private void print(JsonNode status, PrintWriter out) {
    printRole(status, out);
    TextTable counters = new TextTable("<counter", "<of", "value");
    TextTable times = new TextTable("<time", "<of", "count", "mean ms", "largest lately ms");
    for (JsonNode meter : status.get("meters")) {
      String name = meter.get("name").asText().replaceFirst("^pascaline\\.", "");
      if (meter.has("count")) {
        if (all || meter.get("count").asLong() != 0) {
          times.row(
              name,
              tags(meter),
              String.format(Locale.ROOT, "%,d", meter.get("count").asLong()),
              milliseconds(meter.get("meanMs")),
              milliseconds(meter.get("maxMs")));
        }
      } else {
        row(counters, name, tags(meter), meter.path("value").asLong());
      }
    }
    printCells(status, out);
    print(counters, out);
    print(times, out);
    printAeron(status, out);
  }

  private static void printRole(JsonNode status, PrintWriter out) {
    out.println(
        status.get("role").asText() + ", up for " + status.get("uptimeSeconds").asLong() + " s");
    if (status.has("models")) {
      out.println("version " + status.path("version").asText());
      out.println("ready: " + (status.path("ready").asBoolean() ? "yes" : "no"));
      printCluster(status, out);
      out.println();
      ModelsCommand.print(status.get("models"), out);
      out.println();
      return;
    }
    out.println(
        "version "
            + status.path("version").asText()
            + ", model "
            + status.path("model").asText()
            + " "
            + status.path("digest").asText());
    List<String> peers = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    status
        .path("connected")
        .properties()
        .forEach(
            peer -> {
              String name = peer.getKey().replaceFirst("^party", "party ");
              peers.add(name + (peer.getValue().asBoolean() ? " yes" : " no"));
              if (!peer.getValue().asBoolean()) {
                missing.add(name);
              }
            });
    if (!peers.isEmpty()) {
      out.println("connected: " + String.join(", ", peers));
    }
    printCluster(status, out);
    if (status.path("ready").asBoolean()) {
      out.println("ready: yes");
    } else if (status.has("cells")) {
      out.println("ready: no, no cell serves");
    } else if (missing.isEmpty()) {
      out.println("ready: no, no correlations are available");
    } else {
      out.println("ready: no, not connected to " + String.join(" and ", missing));
    }
    out.println();
  }

  private static void printCluster(JsonNode status, PrintWriter out) {
    if (status.has("cell")) {
      out.println("cell: " + status.get("cell").asText());
    }
    if (status.has("members")) {
      List<String> members = new ArrayList<>();
      status.get("members").forEach(member -> members.add(member.asText()));
      out.println("cluster: " + String.join("; ", members));
    }
  }

  /** Prints a table and an empty line; nothing if it has no rows. */
  private static void print(TextTable table, PrintWriter out) {
    if (!table.isEmpty()) {
      table.print(out);
      out.println();
    }
  }

  private static void printCells(JsonNode status, PrintWriter out) {
    TextTable cells = new TextTable("<cell", "<serves", "requests", "correlations", "unanswered");
    for (JsonNode cell : status.path("cells")) {
      cells.row(
          cell.get("cell").asText() + (cell.has("model") ? " " + cell.get("model").asText() : ""),
          cell.get("serving").asBoolean() ? "yes" : "no",
          cell.get("requests").asText(),
          cell.get("correlationsReady").asText(),
          cell.get("unanswered").asText());
    }
    print(cells, out);
  }

  private void printAeron(JsonNode status, PrintWriter out) {
    if (status.has("models")) {
      return;
    }
    if (!status.has("aeron")) {
      if (status.has("aeronMissing")) {
        out.println(status.get("aeronMissing").asText());
      }
      return;
    }
    JsonNode aeron = status.get("aeron");
    TextTable counters = new TextTable("<aeron", "<of", "value");
    for (JsonNode counter : aeron.get("counters")) {
      row(counters, counter.get("label").asText(), "driver", counter.get("value").asLong());
    }
    if (all) {
      for (JsonNode counter : aeron.get("streams")) {
        row(counters, counter.get("label").asText(), "stream", counter.get("value").asLong());
      }
    }
    print(counters, out);
    if (aeron.get("errors").isEmpty()) {
      out.println("aeron's error log is empty");
    }
    for (JsonNode error : aeron.get("errors")) {
      out.println(
          error.get("count").asInt()
              + " x "
              + error.get("text").asText()
              + " (last "
              + error.get("last").asText()
              + ")");
    }
  }

  private void row(TextTable table, String name, String of, long value) {
    if (all || value != 0) {
      table.row(name, of, String.format(Locale.ROOT, "%,d", value));
    }
  }

  private static String tags(JsonNode meter) {
    List<String> values = new ArrayList<>();
    meter
        .get("tags")
        .properties()
        .forEach(tag -> values.add(tag.getKey() + " " + tag.getValue().asText()));
    if (meter.has("layerName")) {
      values.add(meter.get("layerName").asText());
    }
    return String.join(", ", values);
  }

  private static String milliseconds(JsonNode value) {
    return String.format(Locale.ROOT, "%,.3f", value.asDouble());
  }
}
