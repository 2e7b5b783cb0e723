// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.client.GatewayAddress;
import io.pascaline.actors.settings.HostPort;
import io.pascaline.actors.settings.OwnerOnly;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.cluster.ClusterSettings;
import io.pascaline.cluster.ClusterSettings.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The settings of a node in its operator's cluster: of a party that is in a cell, or a gateway. */
final class ClusterConfig {
  /** The key that only parties have. */
  static final String CELL = "cell";

  /** Only parties of cells have it: a gateway's clients know its address. */
  static final String PUBLIC_URL = "gateway.public-url";

  static final Set<String> KEYS =
      Set.of(
          CELL,
          PUBLIC_URL,
          "cluster.listen",
          "cluster.seeds",
          "cluster.key",
          "cluster.certificate",
          "cluster.authority",
          "cluster.insecure",
          "cluster.pekko");

  private static final List<String> TLS_KEYS =
      List.of("cluster.key", "cluster.certificate", "cluster.authority");

  private final StrictConfig config;

  ClusterConfig(StrictConfig config) {
    this.config = config;
  }

  boolean isInsecure() {
    return config.isTrue("cluster.insecure");
  }

  /** Returns the name of the cell that a party is in; empty if it is in none. */
  Optional<String> cell() {
    if (config.has(CELL) != config.has("cluster.listen")) {
      throw config.wrong(
          config.has(CELL) ? CELL : "cluster.listen",
          "is given alone",
          "give the cell's name and cluster.listen together");
    }
    return config.has(CELL) ? Optional.of(config.text(CELL)) : Optional.empty();
  }

  /**
   * Returns where clients reach the gateway that a party of a cell runs; empty if they are not
   * told.
   */
  Optional<URI> publicUrl() {
    if (!config.has(PUBLIC_URL)) {
      return Optional.empty();
    }
    for (String other : List.of(CELL, "gateway.listen")) {
      if (!config.has(other)) {
        throw config.wrong(PUBLIC_URL, "is given without " + other, "give both");
      }
    }
    try {
      URI url = URI.create(config.text(PUBLIC_URL));
      GatewayAddress.requireProtected(url);
      return Optional.of(url);
    } catch (IllegalArgumentException e) {
      throw config.wrong(
          PUBLIC_URL,
          "must be https://HOST or https://HOST:PORT, or plain HTTP at loopback",
          "correct it");
    }
  }

  /**
   * Returns the settings.
   *
   * @param partyId whose operator's cluster it is
   */
  ClusterSettings read(int partyId) {
    HostPort listen = config.address("cluster.listen");
    long given = TLS_KEYS.stream().filter(config::has).count();
    if (given != 0 && given != TLS_KEYS.size()) {
      throw config.wrong(
          TLS_KEYS.stream().filter(config::has).findFirst().orElseThrow(),
          "is not enough for TLS",
          "give cluster.key, cluster.certificate and cluster.authority together");
    }
    try {
      return new ClusterSettings(
          partyId,
          listen.host(),
          listen.port(),
          config.texts("cluster.seeds"),
          given == 0 ? Optional.empty() : Optional.of(tls()),
          isInsecure(),
          config.has("cluster.pekko") ? Optional.of(file("cluster.pekko")) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
          config.place("cluster.listen") + ": " + e.getMessage(), "correct it", e);
    }
  }

  private TlsFiles tls() {
    Path key = file("cluster.key");
    try {
      OwnerOnly.require("cluster.key", key);
    } catch (IOException e) {
      throw new SettingsFault(
          "cluster.key " + key + " cannot be used (" + e.getMessage() + ")",
          "check its permissions",
          e);
    }
    return new TlsFiles(key, file("cluster.certificate"), file("cluster.authority"));
  }

  private Path file(String key) {
    Path path = config.path(key);
    if (!Files.isRegularFile(path)) {
      throw config.wrong(key, "names a file that does not exist", "correct the path");
    }
    return path;
  }
}
