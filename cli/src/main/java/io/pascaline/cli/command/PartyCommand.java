// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.models.ModelsRole;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.run.DealerCheckFigures;
import io.pascaline.cli.status.RoleStatus;
import io.pascaline.cluster.CellNode;
import io.pascaline.gateway.Gateway;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import picocli.CommandLine.Command;

/** A party as a process of its own. */
@Command(
    name = "party",
    description = "Serve as party 0 or 1 (the share file says which) until told to stop.")
public final class PartyCommand extends RoleCommand {
  /** For picocli. */
  public PartyCommand() {}

  @Override
  public Integer call() {
    RoleConfig config = RoleConfig.party(config());
    prepareLog(config);
    if (config.models().isPresent()) {
      ModelsRole role = ModelsRole.party(config, config());
      return serveModels("party " + config.partyId(), config, role);
    }
    ModelShare share = config.share();
    RuntimeSettings runtime =
        config.runtime(Role.PARTY, share.partyId()).toBuilder().state(config.state()).build();
    config.dealerChecks().requireFit(share.plan());
    Optional<URI> publicUrl = config.publicUrl();
    PartyNode node =
        PartyNode.start(
            share,
            config.partyKey(),
            config.listen(),
            config.dialled("dealer"),
            party0(config, share.partyId()),
            runtime);
    Optional<Gateway> gateway = startGateway(config, node);
    Optional<CellNode> cell = joinCluster(config, node, share.partyId(), publicUrl, gateway);
    RoleStatus status = RoleStatus.of(node, share.partyId(), share.plan());
    cell.ifPresent(status::inCell);
    gateway.ifPresent(status::withGateway);
    AutoCloseable party = cell.<AutoCloseable>map(joined -> joined::close).orElse(node);
    AutoCloseable reached = gateway.map(started -> closing(started, party)).orElse(party);
    AutoCloseable commanded = withReload(config, node, reached);
    return serve(
        announcement(config, node, share, runtime.limits().dealerCheckEvery(), gateway, cell),
        failure(node.failure(), gateway.map(Gateway::failure), cell.map(CellNode::failure)),
        withMetrics(config, commanded, node.transport(), status),
        () -> farewell(node.traffic()));
  }

  private static Line announcement(
      RoleConfig config,
      PartyNode node,
      ModelShare share,
      int checkEvery,
      Optional<Gateway> gateway,
      Optional<CellNode> cell) {
    Line line = announcement("party " + share.partyId(), config, node.address(), share.plan());
    if (checkEvery != 0) {
      line =
          line.and(
              "dealer checks: " + DealerCheckFigures.describe(checkEvery),
              Map.of("dealerCheckEvery", checkEvery));
    }
    if (gateway.isPresent()) {
      String address = gateway.get().address().toString();
      line = line.and("gateway " + address, Map.of("gateway", address));
    }
    if (cell.isPresent()) {
      CellNode joined = cell.get();
      line =
          line.and("cell " + joined.name(), Map.of("cell", joined.name()))
              .and(
                  "cluster " + joined.clusterAddress(), Map.of("cluster", joined.clusterAddress()));
    }
    return line;
  }

  /** Applies what the party's file says of clients, whenever it changes. */
  private AutoCloseable withReload(RoleConfig config, PartyNode node, AutoCloseable party) {
    ClientsReload reload =
        ClientsReload.ofParty(
            config(),
            config,
            rules -> {
              rules.clients().ifPresent(node.transport()::admitClients);
              node.limitClients(rules.maxSessions(), rules.requestsPerSecond());
            });
    return withReload(
        config, reload, "name a folder of models instead of the share, and start it again", party);
  }

  /** Starts the gateway that the party's file asks for; closes the party if that fails. */
  private static Optional<Gateway> startGateway(RoleConfig config, PartyNode node) {
    try {
      return config.gateway().map(settings -> Gateway.start(settings, node.clientEntrance()));
    } catch (IllegalArgumentException e) {
      node.close();
      throw new CommandFault("gateway: " + e.getMessage(), "correct its settings", e);
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Joins the cluster that the party's file names; closes the party if that fails. */
  private static Optional<CellNode> joinCluster(
      RoleConfig config,
      PartyNode node,
      int partyId,
      Optional<URI> publicUrl,
      Optional<Gateway> gateway) {
    try {
      return config
          .cell()
          .map(
              name ->
                  CellNode.join(
                      name, config.cluster(partyId), node.clientEntrance(), publicUrl, node));
    } catch (IllegalArgumentException e) {
      gateway.ifPresent(Gateway::close);
      node.close();
      throw new CommandFault("cell: " + e.getMessage(), "correct its settings", e);
    } catch (RuntimeException e) {
      gateway.ifPresent(Gateway::close);
      node.close();
      throw e;
    }
  }

  /** Completes when the party, its gateway or its node in the cluster has failed. */
  static CompletionStage<String> failure(
      CompletionStage<RoleFailure> party,
      Optional<CompletionStage<String>> gateway,
      Optional<CompletionStage<String>> cell) {
    CompletionStage<String> failure = party.thenApply(RoleFailure::detail);
    if (gateway.isPresent()) {
      failure = failure.applyToEither(gateway.get(), Function.identity());
    }
    return cell.isPresent() ? failure.applyToEither(cell.get(), Function.identity()) : failure;
  }

  /** What the party has begun gets its answers, which leave by the gateway. */
  private static AutoCloseable closing(Gateway gateway, AutoCloseable party) {
    Parts parts = new Parts();
    parts.own(gateway);
    parts.own(party);
    parts.own(gateway::drain);
    return parts;
  }

  private static Line farewell(PartyTraffic traffic) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", "party" + traffic.partyId());
    fields.put("inferences", traffic.inferences());
    fields.put("rounds", traffic.rounds());
    fields.put("onlineBytesSent", traffic.openedBytesSent());
    fields.put("onlineBytesReceived", traffic.openedBytesReceived());
    fields.put("advanceBytesSent", traffic.advanceBytesSent());
    fields.put("advanceBytesReceived", traffic.advanceBytesReceived());
    fields.put("offlineBytes", traffic.correctionBytesReceived());
    return new Line(
        "party "
            + traffic.partyId()
            + " ends after "
            + traffic.inferences()
            + " inferences: online "
            + traffic.rounds()
            + " rounds, "
            + traffic.openedBytesSent()
            + " B sent, "
            + traffic.openedBytesReceived()
            + " B received; offline "
            + traffic.correctionBytesReceived()
            + " B",
        fields);
  }

  private LinkAddress party0(RoleConfig config, int partyId) {
    if (partyId == 0 && config.partyId() == 1) {
      throw misfit(
          "the share is party 0's, but party0 is named as a peer",
          "take party0 out, or name party 1's share");
    }
    if (partyId == 1 && config.partyId() == 0) {
      throw misfit("the share is party 1's, but party0 is missing", "say where party 0 listens");
    }
    return partyId == 1 ? config.dialled("party0") : null;
  }
}
