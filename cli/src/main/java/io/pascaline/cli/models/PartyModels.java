// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.actors.role.ModelProcess;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.config.DealerCheckSetting;
import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.status.FaultLog;
import io.pascaline.cluster.CellNode;
import io.pascaline.gateway.Gateway;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Starts the models of a party. Thread-safe. */
final class PartyModels implements ServedModels.Loader {
  private final int partyId;
  private final ModelProcess process;
  private final RuntimeSettings runtime;
  private final DealerCheckSetting dealerChecks;
  private final ModelStates states;
  private final CorrelationKey key;
  private final LinkAddress dealer;
  private final LinkAddress party0OrNull;
  private final Optional<Gateway> gateway;
  private final Optional<CellNode> cell;
  private final ModelMeters meters;

  PartyModels(
      RoleConfig config,
      int partyId,
      ModelProcess process,
      RuntimeSettings runtime,
      ModelStates states,
      Optional<Gateway> gateway,
      Optional<CellNode> cell,
      ModelMeters meters) {
    this.partyId = partyId;
    this.process = process;
    this.runtime = runtime;
    this.states = states;
    this.gateway = gateway;
    this.cell = cell;
    this.meters = meters;
    dealerChecks = config.dealerChecks();
    key = config.partyKey();
    dealer = config.dialled("dealer");
    party0OrNull = partyId == 1 ? config.dialled("party0") : null;
  }

  @Override
  public ServedModels.Running start(ModelFolder folder) {
    ModelShare share = folder.share(partyId);
    NetworkPlan plan = share.plan();
    dealerChecks.requireFit(plan);
    PartyNode node =
        states.start(
            plan, runtime, own -> process.startParty(share, key, dealer, party0OrNull, own));
    FaultLog faults = FaultLog.of(node.transport().counters());
    Runnable unmeter =
        meters.bindParty(partyId, plan, node, () -> PartyReadiness.of(node.counters()).isReady());
    try {
      if (gateway.isPresent()) {
        gateway.get().serve(node.clientEntrance(), folder.input());
      }
      // Clients ask that gateway as soon as the cell has announced the version.
      cell.ifPresent(joined -> joined.serve(node.clientEntrance()));
      return new Served(
          plan,
          node,
          () -> {
            unmeter.run();
            faults.close();
            states.release(plan);
          });
    } catch (RuntimeException refused) {
      unmeter.run();
      gateway.ifPresent(started -> started.withdraw(plan).run());
      node.close();
      faults.close();
      states.release(plan);
      throw refused;
    }
  }

  /** One model of the party. */
  private final class Served implements ServedModels.Running {
    private final NetworkPlan plan;
    private final PartyNode node;
    private final Runnable release;

    Served(NetworkPlan plan, PartyNode node, Runnable release) {
      this.plan = plan;
      this.node = node;
      this.release = release;
    }

    @Override
    public NetworkPlan plan() {
      return plan;
    }

    @Override
    public boolean isReady() {
      return PartyReadiness.of(node.counters()).isReady();
    }

    @Override
    public Map<String, Boolean> connected() {
      Map<String, Boolean> there = new LinkedHashMap<>();
      there.put("dealer", node.counters().links().openCount(Role.DEALER) > 0);
      there.put("party " + (1 - partyId), node.counters().links().openCount(Role.PARTY) > 0);
      return there;
    }

    @Override
    public CompletionStage<RoleFailure> failure() {
      return node.failure();
    }

    @Override
    public void makeDefault() {
      gateway.ifPresent(started -> started.makeDefault(plan));
    }

    @Override
    public void close() {
      Runnable ofCell = cell.map(joined -> joined.withdraw(plan)).orElse(() -> {});
      Runnable ofClients = gateway.map(started -> started.withdraw(plan)).orElse(() -> {});
      try {
        node.close();
      } finally {
        ofClients.run();
        ofCell.run();
        release.run();
      }
    }
  }
}
