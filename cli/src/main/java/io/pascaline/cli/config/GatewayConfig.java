// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.HostPort;
import io.pascaline.actors.settings.InputConfig;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.InputDescription;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** The settings of a party's gateway, and what it tells clients of the model's inputs. */
final class GatewayConfig {
  static final Set<String> KEYS =
      Set.of(
          "gateway.listen",
          "gateway.tokens",
          "gateway.certificate",
          "gateway.certificate-key",
          "gateway.insecure",
          "gateway.origins",
          "gateway.other",
          "gateway.max-connections",
          "gateway.max-connections-per-address",
          "gateway.head-timeout",
          "gateway.body-timeout",
          "gateway.keep-alive",
          "gateway.max-timeout",
          "input.mean",
          "input.std",
          "labels");

  private final StrictConfig config;

  GatewayConfig(StrictConfig config) {
    this.config = config;
  }

  boolean isInsecure() {
    return config.isTrue("gateway.insecure");
  }

  /** Returns the settings; empty if the party has no gateway. */
  Optional<GatewaySettings> read() {
    if (!config.has("gateway.listen")) {
      return Optional.empty();
    }
    HostPort listen = config.address("gateway.listen");
    GatewaySettings.Builder settings =
        GatewaySettings.builder(config.path("gateway.tokens"))
            .listen(listen.host(), listen.port())
            .plainHttpAllowed(isInsecure())
            .origins(config.texts("gateway.origins"))
            .input(input(config))
            .maxConnections(
                config.number("gateway.max-connections", 1, GatewaySettings.MAX_CONNECTIONS, 1024),
                config.number(
                    "gateway.max-connections-per-address", 1, GatewaySettings.MAX_CONNECTIONS, 256))
            .timeoutsMs(
                config.milliseconds("gateway.head-timeout", 1, 10_000),
                config.milliseconds("gateway.body-timeout", 1, 10_000),
                config.milliseconds("gateway.keep-alive", 1, 30_000))
            .maxTimeoutMs(config.milliseconds("gateway.max-timeout", 1, 120_000));
    if (config.has("gateway.certificate") != config.has("gateway.certificate-key")) {
      throw config.wrong(
          config.has("gateway.certificate") ? "gateway.certificate" : "gateway.certificate-key",
          "is given alone",
          "give gateway.certificate and gateway.certificate-key together");
    }
    if (config.has("gateway.certificate")) {
      settings.certificate(
          config.path("gateway.certificate"), config.path("gateway.certificate-key"));
    }
    if (config.has(ClusterConfig.CELL)) {
      settings.cell(config.text(ClusterConfig.CELL));
    }
    if (config.has("gateway.other")) {
      settings.otherGateway(other());
    }
    try {
      return Optional.of(settings.build());
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
          config.place("gateway.listen") + ": " + e.getMessage(), "correct it", e);
    }
  }

  private URI other() {
    try {
      return URI.create(config.text("gateway.other"));
    } catch (IllegalArgumentException e) {
      throw config.wrong("gateway.other", "must be an address such as https://party1.example");
    }
  }

  /** Returns what settings say of inputs and classes. */
  static InputDescription input(StrictConfig config) {
    InputConfig input = InputConfig.read(config);
    return new InputDescription(input.mean(), input.std(), input.labels());
  }
}
