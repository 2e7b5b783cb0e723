// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.admin.AdminClient;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.TextTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands for the models of a running role. */
@Command(
    name = "models",
    description = {
      "List, load, unload or choose the models of a running party or dealer whose settings name a"
          + " folder of models.",
      "  models list      what is served, and what each model waits for",
      "  models load      serve the model of a folder beside the others",
      "  models default   answer requests that name no version with this one (parties)",
      "  models unload    finish what is in flight for a version, and end it"
    })
public final class ModelsCommand implements Callable<Integer> {
  /** Longer than a drain may take. */
  private static final Duration TIMEOUT = Duration.ofMinutes(12);

  private static final long POLL_MS = 200;
  private static final List<String> ACTIONS = List.of("list", "load", "default", "unload");

  @Mixin private SharedOptions shared;

  @Parameters(index = "0", paramLabel = "ACTION", description = "list, load, default or unload.")
  private String action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "MODEL",
      description = "NAME:VERSION or the folder's name; load takes the folder's name.")
  private String model;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The settings of the running role.")
  private Path config;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "With load: wait so long until the model is ready, and fail if it is not.")
  private Integer waitSeconds;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ModelsCommand() {}

  @Override
  public Integer call() throws JsonProcessingException {
    if (!ACTIONS.contains(action)) {
      throw new CommandFault(
          "'" + action + "' is no action of models", "say one of " + String.join(", ", ACTIONS));
    }
    boolean isList = action.equals("list");
    if (isList != (model == null)) {
      throw new CommandFault(
          "models " + action + (isList ? " takes no model" : " needs a model"),
          isList ? "take it out" : "name one of 'models list', or a folder for load");
    }
    Path state = RoleConfig.any(config).stateDirectory();
    JsonNode answer = ask(state, action, isList ? List.of() : List.of(model));
    if (action.equals("load") && waitSeconds != null) {
      answer = awaitReady(state, answer);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer));
    } else if (isList) {
      print(answer.get("models"), out);
      if (answer.has("freeMib")) {
        out.println(
            "memory: "
                + answer.get("freeMib").asLong()
                + " of "
                + answer.path("budgetMib").asLong()
                + " MiB are free");
      }
    } else {
      out.println(line(answer));
    }
    out.flush();
    return 0;
  }

  private static JsonNode ask(Path state, String command, List<String> arguments) {
    return AdminClient.ask(state, command, arguments, TIMEOUT);
  }

  private JsonNode awaitReady(Path state, JsonNode loaded) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
    String last = "";
    while (true) {
      for (JsonNode one : ask(state, "list", List.of()).get("models")) {
        if (one.get("version").equals(loaded.get("version"))) {
          if (one.get("ready").asBoolean()) {
            return one;
          }
          last = one.get("state").asText();
        }
      }
      if (System.nanoTime() - endNs >= 0) {
        throw new CommandFault(
            model + " is loaded but not ready after " + waitSeconds + " s (" + last + ")",
            "load it at the other roles as well, and see 'models list'");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted", "see 'models list' for what is ready", e);
    }
  }

  private static String line(JsonNode one) {
    return one.path("name").asText()
        + ":"
        + one.path("version").asText()
        + (one.path("default").asBoolean() ? " (default)" : "")
        + ": "
        + one.path("state").asText();
  }

  static void print(JsonNode models, PrintWriter out) {
    TextTable table = new TextTable("<model", "<folder", "<default", "<state");
    for (JsonNode one : models) {
      table.row(
          one.get("name").asText() + ":" + one.get("version").asText(),
          one.get("folder").asText(),
          one.get("default").asBoolean() ? "yes" : "",
          one.get("state").asText());
    }
    if (table.isEmpty()) {
      out.println("no model is loaded");
    } else {
      table.print(out);
    }
  }
}
