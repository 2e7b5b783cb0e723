// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.models.GatewayRole;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.status.RoleStatus;
import io.pascaline.cluster.ClusterSettings;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.cluster.GatewayNodeSettings;
import io.pascaline.gateway.GatewaySettings;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** A gateway of an operator that has cells, as a process of its own. */
@Command(
    name = "gateway",
    description = "Serve as a gateway of party 0 or 1 before its cells until told to stop.")
public final class GatewayCommand extends RoleCommand {
  /** For picocli. */
  public GatewayCommand() {}

  @Override
  public Integer call() {
    RoleConfig config = RoleConfig.gatewayNode(config());
    prepareLog(config);
    if (config.models().isPresent()) {
      return serveModels(config);
    }
    GatewayNodeSettings settings = config.gatewayNode();
    ClusterSettings cluster = config.cluster(settings.partyId());
    GatewaySettings http =
        config
            .gateway()
            .orElseThrow(
                () -> misfit("gateway.listen is missing", "say where the gateway listens"));
    GatewayNode node;
    try {
      node = GatewayNode.start(settings, http, cluster);
    } catch (IllegalArgumentException e) {
      throw new CommandFault("gateway: " + e.getMessage(), "correct its settings", e);
    }
    RoleStatus status = RoleStatus.of(node, settings.partyId(), settings.plan());
    ClientsReload reload =
        ClientsReload.ofGateway(config(), config, rules -> node.limitClients(rules.maxSessions()))
            .start();
    return serve(
        announcement(settings.partyId(), node, "model", settings.plan().name()),
        node.failure(),
        withStatus(
            config,
            () -> {
              reload.close();
              node.close();
            },
            status),
        () -> farewell(settings.partyId()));
  }

  private int serveModels(RoleConfig config) {
    GatewayRole role = new GatewayRole(config, config());
    return serve(
        announcement(config.gatewayParty(), role.node(), "models", role.models().list().size()),
        role.failure(),
        withStatus(config, role, role.status()),
        () -> farewell(config.gatewayParty()));
  }

  private static Line announcement(int partyId, GatewayNode node, String key, Object served) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", "gateway" + partyId);
    fields.put("gateway", node.address().toString());
    fields.put("cluster", node.clusterAddress());
    fields.put(key, served);
    return new Line(
        "gateway "
            + partyId
            + " listens on "
            + node.address()
            + ", cluster "
            + node.clusterAddress()
            + ", "
            + key
            + " "
            + served,
        fields);
  }

  private static Line farewell(int partyId) {
    return new Line("gateway " + partyId + " ends", Map.of("role", "gateway" + partyId));
  }
}
