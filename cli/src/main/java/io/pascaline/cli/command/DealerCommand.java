// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.models.ModelsRole;
import io.pascaline.cli.status.RoleStatus;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.Role;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** The dealer as a process of its own. */
@Command(name = "dealer", description = "Serve as the preprocessing dealer until told to stop.")
public final class DealerCommand extends RoleCommand {
  /** For picocli. */
  public DealerCommand() {}

  @Override
  public Integer call() {
    RoleConfig config = RoleConfig.dealer(config());
    prepareLog(config);
    if (config.models().isPresent()) {
      return serveModels("dealer", config, ModelsRole.dealer(config, config()));
    }
    NetworkPlan plan = config.plan();
    DealerNode node =
        config.isDealerOfServer(plan) ? ofServer(config, plan) : ofParties(config, plan);
    return serve(
        announcement("dealer", config, node.address(), plan),
        node.failure().thenApply(RoleFailure::detail),
        withMetrics(config, node, node.transport(), RoleStatus.of(node, plan)),
        () -> new Line("dealer ends", Map.of("role", "dealer")));
  }

  private static DealerNode ofParties(RoleConfig config, NetworkPlan plan) {
    List<CorrelationKey> keys = config.dealerKeys();
    return DealerNode.start(
        plan,
        keys.get(0),
        keys.get(1),
        config.listen(),
        config.runtime(Role.DEALER, -1).toBuilder().state(config.state()).build());
  }

  private static DealerNode ofServer(RoleConfig config, NetworkPlan plan) {
    return DealerNode.startForServer(
        plan,
        config.serverKey(),
        config.listen(),
        config.runtimeWithClientsAsParty(Role.DEALER, -1).toBuilder().state(config.state()).build(),
        config.inferencesPerMinute());
  }
}
