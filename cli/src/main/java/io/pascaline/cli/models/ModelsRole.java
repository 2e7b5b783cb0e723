// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.role.ModelProcess;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.admin.AdminServer;
import io.pascaline.cli.admin.ClientRules;
import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.status.Status;
import io.pascaline.cluster.CellNode;
import io.pascaline.gateway.Gateway;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A party or dealer that serves the models of a folder: its process, its gateway, its models, and
 * what its operator commands. Thread-safe.
 */
public final class ModelsRole implements AutoCloseable {
  static final String DEFAULTS = "defaults";
  private static final int MIB_BITS = 20;

  private final Parts parts = new Parts();
  private final ModelProcess process;
  private final ModelMeters meters;
  private final ServedModels models;
  private Optional<Gateway> gateway = Optional.empty();
  private Optional<CellNode> cell = Optional.empty();

  private ModelsRole(RoleConfig config, Path file, Role role, int partyId) {
    ModelStates states = new ModelStates(config.state());
    RuntimeSettings runtime = config.runtime(role, partyId);
    meters = new ModelMeters(role == Role.DEALER ? "dealer" : "party" + partyId);
    process = new ModelProcess(partyId, config.listen(), runtime);
    parts.own(process);
    try {
      gateway = startGateway(config, partyId);
      gateway.ifPresent(parts::own);
      gateway.ifPresent(meters::bindGateway);
      cell = role == Role.DEALER ? Optional.empty() : joinCluster(config, partyId);
      cell.ifPresent(parts::own);
      cell.ifPresent(meters::inCell);
      models =
          new ServedModels(
              config.models().orElseThrow(),
              role == Role.DEALER
                  ? Optional.empty()
                  : Optional.of(states.folder().resolve(DEFAULTS)),
              role == Role.DEALER
                  ? new DealerModels(config, process, runtime, states, meters)
                  : new PartyModels(
                      config, partyId, process, runtime, states, gateway, cell, meters));
      parts.own(models);
      meters.list(models::list);
      gateway.ifPresent(started -> parts.own(started::drain));
      models.loadAll();
      Optional<ClientsReload> reload =
          role == Role.DEALER
              ? Optional.empty()
              : Optional.of(ClientsReload.ofParty(file, config, this::apply).start());
      reload.ifPresent(parts::own);
      parts.own(
          AdminServer.start(
              states.folder(), (command, arguments) -> run(reload, command, arguments)));
    } catch (RuntimeException | Error refused) {
      parts.closeAfter(refused);
      throw refused;
    }
  }

  /**
   * Starts a party; its models wait for each other's processes.
   *
   * @param config the party's settings
   * @param file that they are from, which is read again when it changes
   * @throws CommandFault if a setting or the address cannot be used
   */
  public static ModelsRole party(RoleConfig config, Path file) {
    return new ModelsRole(config, file, Role.PARTY, config.partyId());
  }

  /**
   * Starts a dealer.
   *
   * @param config the dealer's settings
   * @param file that they are from
   * @throws CommandFault if a setting or the address cannot be used
   */
  public static ModelsRole dealer(RoleConfig config, Path file) {
    return new ModelsRole(config, file, Role.DEALER, -1);
  }

  private static Optional<Gateway> startGateway(RoleConfig config, int partyId) {
    try {
      return config.gateway().map(settings -> Gateway.start(settings, partyId));
    } catch (IllegalArgumentException e) {
      throw new CommandFault("gateway: " + e.getMessage(), "correct its settings", e);
    }
  }

  /** Joins the cluster that the party's file names; models join it one by one. */
  private Optional<CellNode> joinCluster(RoleConfig config, int partyId) {
    Optional<URI> publicUrl = config.publicUrl();
    try {
      return config
          .cell()
          .map(name -> CellNode.join(name, config.cluster(partyId), publicUrl, this::closeModels));
    } catch (IllegalArgumentException e) {
      throw new CommandFault("cell: " + e.getMessage(), "correct its settings", e);
    }
  }

  /** Void before there are any, and when they have ended. */
  private void closeModels() {
    if (models != null) {
      models.close();
    }
  }

  private void apply(ClientRules rules) {
    rules.clients().ifPresent(process::admitClients);
    process.limitClients(rules.maxSessions(), rules.requestsPerSecond());
  }

  private Map<String, Object> run(
      Optional<ClientsReload> reload, String command, List<String> arguments) {
    String argument = arguments.isEmpty() ? "" : arguments.get(0);
    return switch (command) {
      case "list" ->
          Map.of(
              "models",
              models.list(),
              "freeMib",
              process.freeBytes() >> MIB_BITS,
              "budgetMib",
              process.budgetBytes() >> MIB_BITS);
      case "load" -> models.load(argument);
      case "unload" -> models.unload(argument);
      case "default" -> models.makeDefault(argument);
      case "reload" ->
          reload.map(ClientsReload::reload).map(ClientRules::fields).orElse(Map.of("clients", 0));
      default -> throw new CommandFault("'" + command + "' is no command", "see --help");
    };
  }

  /** Returns where it listens. */
  public LinkAddress address() {
    return process.address();
  }

  /** Returns the node that takes those who name no model. */
  public TransportNode transport() {
    return process.transport();
  }

  /** Returns where its gateway is; empty if it has none. */
  public Optional<URI> gateway() {
    return gateway.map(Gateway::address);
  }

  /** Returns the cell that it is in; empty if it is in none. */
  public Optional<CellNode> cell() {
    return cell;
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
    CompletionStage<String> first =
        process
            .failure()
            .thenApply(RoleFailure::detail)
            .applyToEither(models.failure(), Function.identity());
    CompletionStage<String> second =
        gateway
            .map(started -> first.applyToEither(started.failure(), Function.identity()))
            .orElse(first);
    return cell.map(joined -> second.applyToEither(joined.failure(), Function.identity()))
        .orElse(second);
  }

  /** Takes no more requests, lets those in flight finish, and ends all. */
  @Override
  public void close() {
    parts.close();
  }
}
