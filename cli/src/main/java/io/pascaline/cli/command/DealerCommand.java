package io.pascaline.cli.command;

import io.pascaline.actors.node.DealerNode;
import io.pascaline.cli.deploy.RoleConfig;
import io.pascaline.layers.plan.NetworkPlan;
import picocli.CommandLine.Command;

/** The dealer as a process of its own. */
@Command(name = "dealer", description = "Serve as the preprocessing dealer until told to stop.")
public final class DealerCommand extends RoleCommand {
  /** For picocli. */
  public DealerCommand() {}

  @Override
  public Integer call() {
    RoleConfig config = RoleConfig.dealer(config());
    NetworkPlan plan = config.plan();
    DealerNode node =
        DealerNode.start(
            plan,
            config.key("keys.party0"),
            config.key("keys.party1"),
            config.address("listen"),
            config.runtime());
    return serve(
        "dealer listens on "
            + node.address().channel()
            + ", model "
            + plan.name()
            + " "
            + shortDigest(plan.digest()),
        node.failure(),
        node,
        () -> "dealer ends");
  }
}
