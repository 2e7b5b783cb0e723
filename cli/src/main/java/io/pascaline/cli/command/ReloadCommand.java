// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

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
    int clients =
        AdminClient.ask(RoleConfig.any(config).state().directory(), "reload", List.of(), TIMEOUT)
            .path("clients")
            .asInt();
    spec.commandLine().getOut().println(clients + " clients are admitted");
    return 0;
  }
}
