// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.cli.admin.AdminServer;
import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.status.Status;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.layers.plan.NetworkPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A gateway of an operator's cells that serves the models of a folder, each at the cells that have
 * it, and what its operator commands. Thread-safe.
 */
public final class GatewayRole implements AutoCloseable {
  private final Parts parts = new Parts();
  private final GatewayNode node;
  private final ModelMeters meters;
  private final ServedModels models;
  private final ClientsReload reload;

  /**
   * Starts it; its models wait for cells that have them.
   *
   * @param config the gateway's settings
   * @param file that they are from, which is read again when it changes
   * @throws CommandFault if a setting or the address cannot be used
   */
  public GatewayRole(RoleConfig config, Path file) {
    Path state = new ModelStates(new StateSettings(config.stateDirectory(), false)).folder();
    String role = "gateway" + config.gatewayParty();
    meters = parts.own(new ModelMeters(role));
    try {
      node = parts.own(start(config));
      meters.bindGateway(node.gateway());
      meters.bindCells(node);
      models =
          new ServedModels(
              config.models().orElseThrow(),
              Optional.of(state.resolve(ModelsRole.DEFAULTS)),
              folder -> serve(config, folder));
      // Before the node ends: a command that has waited must not change what it serves.
      parts.own(models::refuseCommands);
      meters.list(models::list);
      reload =
          parts.own(
              ClientsReload.ofGateway(
                  file, config, rules -> node.limitClients(rules.maxSessions())));
      models.loadAll();
      parts.own(AdminServer.start(state, this::run));
      reload.start();
    } catch (RuntimeException | Error refused) {
      parts.closeAfter(refused);
      throw refused;
    }
  }

  private static GatewayNode start(RoleConfig config) {
    try {
      return GatewayNode.start(
          config
              .gateway()
              .orElseThrow(
                  () ->
                      new CommandFault(
                          "gateway.listen is missing", "say where the gateway listens")),
          config.cluster(config.gatewayParty()));
    } catch (IllegalArgumentException e) {
      throw new CommandFault("gateway: " + e.getMessage(), "correct its settings", e);
    }
  }

  private ServedModels.Running serve(RoleConfig config, ModelFolder folder) {
    NetworkPlan plan = folder.plan();
    node.serve(config.gatewayNode(plan), folder.input());
    return new Served(node, plan, meters.bindServed(plan, () -> isReady(node, plan)));
  }

  private static boolean isReady(GatewayNode node, NetworkPlan plan) {
    return node.cells(plan).stream().anyMatch(CellLoad::isServing);
  }

  private Map<String, Object> run(String command, List<String> arguments) {
    String argument = arguments.isEmpty() ? "" : arguments.get(0);
    return switch (command) {
      case "list" -> Map.of("models", models.list());
      case "load" -> models.load(argument);
      case "unload" -> models.unload(argument);
      case "default" -> models.makeDefault(argument);
      case "reload" -> reload.reload().fields();
      default -> throw new CommandFault("'" + command + "' is no command", "see --help");
    };
  }

  /** Returns the node. */
  public GatewayNode node() {
    return node;
  }

  /** Returns what it serves. */
  public ServedModels models() {
    return models;
  }

  /** Returns its metrics. */
  public Status status() {
    return meters;
  }

  /** Completes with one line when it cannot serve any model any more. */
  public CompletionStage<String> failure() {
    return node.failure().applyToEither(models.failure(), Function.identity());
  }

  /** Takes no more requests, lets those in flight finish, and leaves the cluster. */
  @Override
  public void close() {
    parts.close();
  }

  /** One model of the gateway. */
  private record Served(GatewayNode node, NetworkPlan plan, Runnable unmeter)
      implements ServedModels.Running {
    @Override
    public boolean isReady() {
      return GatewayRole.isReady(node, plan);
    }

    @Override
    public Map<String, Boolean> connected() {
      return Map.of("a cell", !node.cells(plan).isEmpty());
    }

    /** Never completes: cells come and go. */
    @Override
    public CompletionStage<RoleFailure> failure() {
      return new CompletableFuture<>();
    }

    @Override
    public void makeDefault() {
      node.makeDefault(plan);
    }

    @Override
    public void close() {
      node.withdraw(plan);
      unmeter.run();
    }
  }
}
