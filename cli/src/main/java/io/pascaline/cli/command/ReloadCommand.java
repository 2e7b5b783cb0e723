// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.cli.admin.AdminClient;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.CommandFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a running party or server apply the clients and quotas of its file now. */
@Command(
    name = "reload",
    description =
        "Let a running party admit the clients that its settings list, and close the links of"
            + " others, and let a running party or server apply the quotas of clients, at once and"
            + " not within four seconds. Fails if the file cannot be used.")
public final class ReloadCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Mixin private SharedOptions shared;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The settings of the running party or server.")
  private Path config;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ReloadCommand() {}

  @Override
  public Integer call() {
    RoleConfig role = RoleConfig.any(config);
    if (role.isGatewayNode() && role.models().isEmpty()) {
      throw new CommandFault(
          "config file " + config + " is that of a gateway of one model, which takes no commands",
          "wait: it applies a change of its quotas within four seconds");
    }
    JsonNode applied = AdminClient.ask(role.stateDirectory(), "reload", List.of(), TIMEOUT);
    spec.commandLine()
        .getOut()
        .println(
            clients(role, applied)
                + quota(applied.path("maxSessions").asInt(), " requests in flight each")
                + quota(applied.path("requestsPerSecond").asInt(), " requests per second each"));
    return 0;
  }

  private static String clients(RoleConfig role, JsonNode applied) {
    if (applied.has("clients")) {
      return applied.get("clients").asInt() + " clients are admitted";
    }
    return role.isInsecure() ? "all clients are admitted" : "clients do not change";
  }

  private static String quota(int limit, String what) {
    return limit == 0 ? "" : ", with at most " + limit + what;
  }
}
