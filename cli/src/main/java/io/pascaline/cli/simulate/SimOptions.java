// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.ApproximationOptions;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.layers.approximate.Approximation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What to simulate, and where the results go. Filled by picocli. */
public final class SimOptions {
  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "Settings in HOCON, with the names of these flags; flags overrule it.")
  private Path scenario;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description =
          "fashion (default, bundled), lenet5, mobilenetv3-tiny, densenet13, wide-h, wide-s,"
              + " wide-m, wide-l, wide-xl, minionn, vgg16, resnet18, resnet20, resnet32, resnet50,"
              + " resnet110 (random weights), or an ONNX file.")
  private String model;

  @Option(
      names = "--activation",
      paramLabel = "LIST",
      description = "fused (default), honeybadger, espn, tree, relu.")
  private String activation;

  @Option(
      names = "--visibility",
      paramLabel = "LIST",
      description =
          "Who knows the weights: shared (neither party, the default), owned (party 0 alone),"
              + " public (both parties). Owned and public go with --activation fused.")
  private String visibility;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description =
          "Links: lan (default), regional, continental, wan, or for instance"
              + " rtt=40ms,bw=200mbps,jitter=1ms,loss=0.1%%.")
  private String profile;

  @Option(
      names = "--rtt",
      paramLabel = "LIST",
      description = "Round-trip times, for instance 0,20ms,100ms.")
  private String rtt;

  @Option(
      names = "--bandwidth",
      paramLabel = "LIST",
      description = "Bandwidths, for instance 100mbps,1gbps,unlimited.")
  private String bandwidth;

  @Option(
      names = "--dealer-link",
      paramLabel = "PROFILE",
      description = "The dealer's links, where they are not those of the parties.")
  private String dealerLink;

  @Option(
      names = "--client-link",
      paramLabel = "PROFILE",
      description = "The client's links, where they are not those of the parties.")
  private String clientLink;

  @Option(
      names = "--outages",
      paramLabel = "LIST",
      description = "When links carry nothing, for instance 'parties 2s..5s,dealer 8s..'.")
  private String outages;

  @Option(names = "--inferences", paramLabel = "N", description = "Inferences (default: 1).")
  private String inferences;

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Inferences in one request and session, 1 to 64 (default: 1).")
  private String batch;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "Between one request and the next (default: 0, all at once).")
  private String interval;

  @Option(
      names = "--dealer-check-every",
      paramLabel = "K",
      description =
          "Each party takes one of K sessions to check the dealer, 2 to 1000000 (default: none).")
  private String dealerCheckEvery;

  @Option(
      names = "--dealer-speed",
      paramLabel = "F",
      description = "The dealer works F times as fast as a party (default: 1).")
  private String dealerSpeed;

  @Option(
      names = "--precomputed",
      paramLabel = "N",
      description =
          "Inferences whose correlations are buffered (default: as many as are asked for, at most 8,"
              + " and a batch at least).")
  private String ahead;

  @Option(
      names = "--ready",
      paramLabel = "N",
      description = "Of these, how many are awaited before the first request (default: all).")
  private String ready;

  @Option(names = "--cores", paramLabel = "N", description = "Cores per machine (default: 2).")
  private String cores;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description = "separate (default): a machine per role; shared: one for all.")
  private String layout;

  @Option(
      names = "--costs",
      paramLabel = "COSTS",
      description =
          "Times of computation: fixed (default, reproducible), calibrated (on this machine, at"
              + " the start), measured (as it runs), none, or a file of rates.")
  private String costs;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Deadline of a request in virtual time (default: 3600s).")
  private String timeout;

  @Option(names = "--seed", paramLabel = "S", description = "Of inputs, jitter and loss.")
  private String seed;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the results as JSON; - is the standard output.")
  private Path json;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the results as CSV; - is the standard output.")
  private Path csv;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Write plots as PNG and SVG: time by RTT, timelines, bytes by layer.")
  private Path plots;

  @Mixin private ApproximationOptions approximation = new ApproximationOptions();

  /** For picocli. */
  public SimOptions() {}

  /**
   * Returns how ReLU is approximated; empty where a polynomial takes its place, as without flag.
   */
  Optional<Approximation> approximation() {
    Approximation asked = approximation.approximation();
    boolean wanted = approximation.given() && asked.mode() != Approximation.Mode.OFF;
    return wanted ? Optional.of(asked) : Optional.empty();
  }

  Optional<OutputFile> json(PrintWriter out) {
    return OutputFile.of("--json", json, out);
  }

  Optional<OutputFile> csv(PrintWriter out) {
    return OutputFile.of("--csv", csv, out);
  }

  /** Returns the folder of the plots; empty for none. */
  Optional<Path> plots() {
    return Optional.ofNullable(plots);
  }

  /** Returns what flags and scenario file say, flags first. */
  Settings settings() {
    Settings settings = new Settings();
    settings.flag(Settings.MODEL, "--model", model);
    settings.flag(Settings.ACTIVATION, "--activation", activation);
    settings.flag(Settings.VISIBILITY, "--visibility", visibility);
    settings.flag(Settings.PROFILE, "--profile", profile);
    settings.flag(Settings.RTT, "--rtt", rtt);
    settings.flag(Settings.BANDWIDTH, "--bandwidth", bandwidth);
    settings.flag(Settings.DEALER_LINK, "--dealer-link", dealerLink);
    settings.flag(Settings.CLIENT_LINK, "--client-link", clientLink);
    settings.flag(Settings.OUTAGES, "--outages", outages);
    settings.flag(Settings.INFERENCES, "--inferences", inferences);
    settings.flag(Settings.BATCH, "--batch", batch);
    settings.flag(Settings.INTERVAL, "--interval", interval);
    settings.flag(Settings.DEALER_CHECK_EVERY, "--dealer-check-every", dealerCheckEvery);
    settings.flag(Settings.DEALER_SPEED, "--dealer-speed", dealerSpeed);
    settings.flag(Settings.AHEAD, "--precomputed", ahead);
    settings.flag(Settings.READY, "--ready", ready);
    settings.flag(Settings.CORES, "--cores", cores);
    settings.flag(Settings.LAYOUT, "--layout", layout);
    settings.flag(Settings.COSTS, "--costs", costs);
    settings.flag(Settings.TIMEOUT, "--timeout", timeout);
    settings.flag(Settings.SEED, "--seed", seed);
    if (scenario != null) {
      settings.file(scenario);
    }
    return settings;
  }
}
