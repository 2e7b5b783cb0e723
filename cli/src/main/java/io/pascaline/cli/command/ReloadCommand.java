// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.cli.admin.AdminClient;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.options.SharedOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a running party apply the clients and quotas of its file now. */
@Command(
    name = "reload",
    description =
        "Let a running party admit the clients that its settings list, and close the links of"
            + " others, and apply the quotas of clients, at once and not within four seconds."
            + " Fails if the file cannot be used.")
public final class ReloadCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Mixin private SharedOptions shared;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The settings of the running party.")
  private Path config;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ReloadCommand() {}

  @Override
  public Integer call() {
    RoleConfig role = RoleConfig.any(config);
    JsonNode applied = AdminClient.ask(role.state().directory(), "reload", List.of(), TIMEOUT);
    spec.commandLine()
        .getOut()
        .println(
            (role.isInsecure()
                    ? "all clients are admitted"
                    : applied.path("clients").asInt() + " clients are admitted")
                + quota(applied.path("maxSessions").asInt(), " requests in flight each")
                + quota(applied.path("requestsPerSecond").asInt(), " requests per second each"));
    return 0;
  }

  private static String quota(int limit, String what) {
    return limit == 0 ? "" : ", with at most " + limit + what;
  }
}
