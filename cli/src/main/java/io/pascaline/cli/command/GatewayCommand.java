// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
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
        announcement(settings, node),
        node.failure(),
        withStatus(
            config,
            () -> {
              reload.close();
              node.close();
            },
            status),
        () ->
            new Line(
                "gateway " + settings.partyId() + " ends",
                Map.of("role", "gateway" + settings.partyId())));
  }

  private static Line announcement(GatewayNodeSettings settings, GatewayNode node) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", "gateway" + settings.partyId());
    fields.put("gateway", node.address().toString());
    fields.put("cluster", node.clusterAddress());
    fields.put("model", settings.plan().name());
    return new Line(
        "gateway "
            + settings.partyId()
            + " listens on "
            + node.address()
            + ", cluster "
            + node.clusterAddress()
            + ", model "
            + settings.plan().name(),
        fields);
  }
}
