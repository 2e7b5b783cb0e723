// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.cli.options.Activation;
import io.pascaline.cli.options.Suite;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.sim.Layout;
import io.pascaline.sim.SimulationSettings;
import io.pascaline.sim.network.LinkProfile;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import io.pascaline.sim.network.Quantities;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is to be simulated: every activation over every link of the sweep.
 *
 * @param model name or file
 * @param modelPlace where it was said, for faults
 * @param activations at least one
 * @param visibilities at least one
 * @param networks at least one
 * @param costs where the times of computation come from: see {@link CostChoice}
 * @param costsPlace where that was said, for faults
 * @param base everything else; its network is replaced
 */
record Scenario(
    String model,
    String modelPlace,
    List<Activation> activations,
    List<Visibility> visibilities,
    List<Network> networks,
    String costs,
    String costsPlace,
    SimulationSettings base) {
  private static final int MAX_RUNS = 500;
  private static final int USUALLY_AHEAD = 8;

  /**
   * One point of the sweep.
   *
   * @param parties the link between the parties, which is what a sweep is about
   * @param model all links
   */
  record Network(LinkProfile parties, NetworkModel model) {}

  static Scenario of(Settings settings) {
    List<Activation> activations =
        settings.value(Settings.ACTIVATION, "fused", Parsers.listOf(Activation::named));
    List<Visibility> visibilities =
        settings.value(Settings.VISIBILITY, "shared", Parsers.listOf(VisibilityNames::parse));
    requireFit(settings, activations, visibilities);
    List<Network> networks = networks(settings);
    long runs = (long) activations.size() * visibilities.size() * networks.size();
    if (runs > MAX_RUNS) {
      throw settings.fault(
          settings.has(Settings.RTT) ? Settings.RTT : Settings.BANDWIDTH,
          "the sweep has " + runs + " runs",
          "give at most "
              + MAX_RUNS
              + " combinations of activation, visibility, rtt and bandwidth");
    }
    return new Scenario(
        settings.value(Settings.MODEL, "fashion", text -> text),
        settings.place(Settings.MODEL),
        activations,
        visibilities,
        networks,
        settings.value(Settings.COSTS, CostChoice.FIXED, CostChoice::check),
        settings.place(Settings.COSTS),
        base(settings));
  }

  /** The classic suite shares weights only, and cannot check the dealer. */
  private static void requireFit(
      Settings settings, List<Activation> activations, List<Visibility> visibilities) {
    for (Activation activation : activations) {
      for (Visibility visibility : visibilities) {
        if (activation.suite() == Suite.CLASSIC && settings.has(Settings.DEALER_CHECK_EVERY)) {
          throw settings.fault(
              Settings.DEALER_CHECK_EVERY,
              "checks need the fused suite, but " + activation.label() + " is of the classic suite",
              "leave it out, or give the activation fused alone");
        }
        if (activation.suite() == Suite.CLASSIC && visibility != Visibility.SHARED) {
          throw settings.fault(
              Settings.VISIBILITY,
              VisibilityNames.label(visibility)
                  + " weights need the fused suite, but "
                  + activation.label()
                  + " is of the classic suite",
              "give shared, or the activation fused alone");
        }
      }
    }
  }

  private static SimulationSettings base(Settings settings) {
    int inferences = settings.value(Settings.INFERENCES, "1", Parsers.whole(1, 10_000));
    int batch = settings.value(Settings.BATCH, "1", Parsers.whole(1, LinkMessage.MAX_BATCH));
    int ahead =
        settings.value(
            Settings.AHEAD,
            Integer.toString(Math.max(batch, Math.min(inferences, USUALLY_AHEAD))),
            Parsers.whole(1, 1_000));
    if (batch > ahead) {
      throw settings.fault(
          Settings.BATCH,
          batch + " inferences are in a session, but only " + ahead + " are precomputed",
          "give at most " + Settings.AHEAD + " = " + ahead);
    }
    int ready = settings.value(Settings.READY, Integer.toString(ahead), Parsers.whole(0, 1_000));
    if (ready > ahead) {
      throw settings.fault(
          Settings.READY,
          ready + " correlations are awaited, but only " + ahead + " are precomputed",
          "give at most " + Settings.AHEAD + " = " + ahead);
    }
    long timeoutNs = settings.value(Settings.TIMEOUT, "3600s", Quantities::parseTime);
    long timeoutMs = TimeUnit.NANOSECONDS.toMillis(timeoutNs);
    if (timeoutMs < 1) {
      throw settings.fault(Settings.TIMEOUT, "is below 1ms", "give a time from 1ms to 3600s");
    }
    return SimulationSettings.builder()
        .machines(
            settings.value(Settings.LAYOUT, "separate", Parsers.choice(Layout.values())),
            settings.value(Settings.CORES, "2", Parsers.whole(1, 1_024)))
        .inferences(inferences, settings.value(Settings.INTERVAL, "0", Quantities::parseTime))
        .batch(batch)
        .correlations(ahead, ready)
        .dealerCheckEvery(checkEvery(settings))
        .dealerSpeed(settings.value(Settings.DEALER_SPEED, "1", Parsers.decimal(1e-6, 1e6)))
        .requestTimeoutMs(timeoutMs)
        .seed(settings.value(Settings.SEED, "1", Parsers::seed))
        .build();
  }

  private static int checkEvery(Settings settings) {
    return settings.has(Settings.DEALER_CHECK_EVERY)
        ? settings.value(
            Settings.DEALER_CHECK_EVERY, "", Parsers.whole(2, PartyLimits.MAX_CHECK_EVERY))
        : 0;
  }

  private static List<Network> networks(Settings settings) {
    LinkProfile base = settings.value(Settings.PROFILE, "lan", Profiles::parse);
    List<Long> rttsNs =
        settings.value(
            Settings.RTT, Quantities.time(base.rttNs()), Parsers.listOf(Quantities::parseTime));
    List<Long> bandwidths =
        settings.value(
            Settings.BANDWIDTH,
            Quantities.bandwidth(base.bitsPerSecond()),
            Parsers.listOf(Quantities::parseBandwidth));
    List<Network> networks = new ArrayList<>();
    for (long bitsPerSecond : bandwidths) {
      for (long rttNs : rttsNs) {
        LinkProfile parties = base.toBuilder().rttNs(rttNs).bitsPerSecond(bitsPerSecond).build();
        LinkProfile dealer =
            settings.value(Settings.DEALER_LINK, parties.toString(), Profiles::parse);
        LinkProfile client =
            settings.value(Settings.CLIENT_LINK, parties.toString(), Profiles::parse);
        networks.add(
            new Network(
                parties,
                NetworkModel.of(parties, dealer, client)
                    .withOutages(settings.value(Settings.OUTAGES, "", Parsers::outages))));
      }
    }
    return networks;
  }
}
