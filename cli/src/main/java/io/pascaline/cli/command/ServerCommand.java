// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.role.ServerNode;
import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.cli.status.RoleStatus;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.transport.link.Role;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** A server, which is party 0 for clients that are party 1, as a process of its own. */
@Command(
    name = "server",
    description =
        "Serve a network whose weights party 0 owns to clients that are party 1, until told to"
            + " stop.")
public final class ServerCommand extends RoleCommand {
  /** For picocli. */
  public ServerCommand() {}

  @Override
  public Integer call() {
    RoleConfig config = RoleConfig.server(config());
    // Before the warning of links in plaintext, which are refused.
    RuntimeSettings runtime = config.runtimeWithClientsAsParty(Role.PARTY, 0);
    prepareLog(config);
    ModelShare share = config.share();
    if (share.partyId() != 0 || share.plan().visibility() != Visibility.OWNED) {
      throw misfit(
          "the share is not that of a party 0 which owns the weights",
          "name party0.share of 'pascaline share --visibility owned'");
    }
    ServerNode node =
        ServerNode.start(
            share,
            config.partyKey(),
            config.listen(),
            config.dialled("dealer"),
            runtime.toBuilder().state(config.state()).build(),
            config.precomputedForClient());
    String trust = TrustModel.ofClientAsParty();
    ClientsReload reload =
        ClientsReload.ofServer(
            config(), config, rules -> node.limitClients(rules.requestsPerSecond()));
    return serve(
        announcement("server", config, node.address(), share.plan())
            .and("trust model: " + trust, Map.of("trustModel", trust)),
        node.failure().thenApply(RoleFailure::detail),
        withMetrics(
            config,
            withReload(config, reload, "start another server for another model", node),
            node.transport(),
            RoleStatus.of(node, share.plan())),
        () -> farewell(node.counters().traffic()));
  }

  private static Line farewell(PartyTraffic traffic) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", "server");
    fields.put("inferences", traffic.inferences());
    fields.put("onlineBytesSent", traffic.openedBytesSent());
    fields.put("onlineBytesReceived", traffic.openedBytesReceived());
    fields.put("advanceBytesSent", traffic.advanceBytesSent());
    fields.put("advanceBytesReceived", traffic.advanceBytesReceived());
    fields.put("offlineBytes", traffic.correctionBytesReceived());
    return new Line(
        "server ends after "
            + traffic.inferences()
            + " inferences: online "
            + traffic.openedBytesSent()
            + " B sent, "
            + traffic.openedBytesReceived()
            + " B received; offline "
            + traffic.correctionBytesReceived()
            + " B",
        fields);
  }
}
