// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.ModelProcess;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.status.FaultLog;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Starts the models of the dealer. Thread-safe. */
final class DealerModels implements ServedModels.Loader {
  private static final int PARTIES = 2;

  private final ModelProcess process;
  private final RuntimeSettings runtime;
  private final ModelStates states;
  private final List<CorrelationKey> keys;
  private final ModelMeters meters;

  DealerModels(
      RoleConfig config,
      ModelProcess process,
      RuntimeSettings runtime,
      ModelStates states,
      ModelMeters meters) {
    this.process = process;
    this.runtime = runtime;
    this.states = states;
    this.meters = meters;
    keys = config.dealerKeys();
  }

  @Override
  public ServedModels.Running start(ModelFolder folder) {
    NetworkPlan plan = folder.plan();
    DealerNode node =
        states.start(
            plan, runtime, own -> process.startDealer(plan, keys.get(0), keys.get(1), own));
    FaultLog faults = FaultLog.of(node.transport().counters());
    Runnable unmeter = meters.bindDealer(plan, node, () -> isReady(node));
    return new Served(
        plan,
        node,
        () -> {
          unmeter.run();
          faults.close();
          states.release(plan);
        });
  }

  private static boolean isReady(DealerNode node) {
    return connected(node).values().stream().allMatch(there -> there);
  }

  private static Map<String, Boolean> connected(DealerNode node) {
    Map<String, Boolean> there = new LinkedHashMap<>();
    for (int party = 0; party < PARTIES; party++) {
      there.put("party " + party, node.counters().links(party).openCount(Role.PARTY) > 0);
    }
    return there;
  }

  /** One model of the dealer. */
  private record Served(NetworkPlan plan, DealerNode node, Runnable release)
      implements ServedModels.Running {
    @Override
    public boolean isReady() {
      return DealerModels.isReady(node);
    }

    @Override
    public Map<String, Boolean> connected() {
      return DealerModels.connected(node);
    }

    @Override
    public CompletionStage<RoleFailure> failure() {
      return node.failure();
    }

    /** Does nothing: a dealer deals for whatever the parties ask for. */
    @Override
    public void makeDefault() {}

    @Override
    public void close() {
      try {
        node.close();
      } finally {
        release.run();
      }
    }
  }
}
