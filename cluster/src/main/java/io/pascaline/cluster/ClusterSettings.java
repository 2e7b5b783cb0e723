// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a node joins the cluster of its operator. Membership, failure detection, TLS and shutdown are
 * Pekko's; this says where and with which files. Immutable.
 *
 * @param partyId which operator's cluster it is: the two never join each other
 * @param host a name or number of this machine that the other nodes reach
 * @param port TCP; 0 for any free one, of use to a node that no other names as a seed
 * @param seeds nodes to join, {@code HOST:PORT}; the first of them begins a cluster if it finds no
 *     other, and a node without seeds begins one at once
 * @param tls key and certificates; empty for plain TCP, which only loopback may have unless
 *     insecureAllowed
 * @param insecureAllowed whether plain TCP between machines is wanted
 * @param pekko a file of further Pekko settings, which prevail; empty for none
 */
public record ClusterSettings(
    int partyId,
    String host,
    int port,
    List<String> seeds,
    Optional<TlsFiles> tls,
    boolean insecureAllowed,
    Optional<Path> pekko) {
  /** Longest time that a node may finish requests before it leaves. */
  static final long DRAIN_TIMEOUT_MS = 660_000;

  private static final int MAX_PORT = 65_535;
  private static final String SEED_FORM = "[A-Za-z0-9.\\[\\]:_-]+:[0-9]{1,5}";

  /** Beside a share, for what names its receiver. */
  private static final long SPARE_BYTES = 64 << 10;

  private static final long MIN_FRAME_BYTES = 256 << 10;

  /**
   * What a node proves itself by. All nodes of a cluster have certificates of one subject name,
   * which no other service has: Pekko compares it.
   *
   * @param key the private key, PEM
   * @param certificate the node's certificate, PEM
   * @param authority the certificate that signs those of all nodes, PEM
   */
  public record TlsFiles(Path key, Path certificate, Path authority) {
    /** Checks that all are named. */
    public TlsFiles {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(certificate, "certificate");
      Objects.requireNonNull(authority, "authority");
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException for one that is out of range or unsafe, in one line
   */
  public ClusterSettings {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(pekko, "pekko");
    seeds = List.copyOf(seeds);
    if (partyId < 0 || partyId > 1) {
      throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
    }
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port must be 0 to " + MAX_PORT + ": " + port);
    }
    for (String seed : seeds) {
      if (!seed.matches(SEED_FORM)) {
        throw new IllegalArgumentException("a seed must be HOST:PORT: " + seed);
      }
    }
    if (tls.isEmpty() && !insecureAllowed && !isLoopback(host)) {
      throw new IllegalArgumentException(
          "a cluster without TLS shows shares to the network and lets anybody join: give key,"
              + " certificate and authority");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("host " + host + " is not known", e);
    }
  }

  /** Returns the name that all actor systems of the operator have; others are refused. */
  String systemName() {
    return "pascaline-party" + partyId;
  }

  /** Returns the settings of the actor system of a node that takes shares of a size, in a role. */
  Config toPekko(long maxShareBytes, String role) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("pekko.loglevel", "INFO");
    values.put("pekko.stdout-loglevel", "OFF");
    values.put("pekko.log-dead-letters", "off");
    values.put("pekko.jvm-exit-on-fatal-error", "off");
    values.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
    values.put("pekko.coordinated-shutdown.exit-jvm", "off");
    // The party ends it sooner, by its own drain-timeout.
    values.put(
        "pekko.coordinated-shutdown.phases.service-requests-done.timeout", DRAIN_TIMEOUT_MS + "ms");
    values.put("pekko.actor.provider", "cluster");
    values.put("pekko.actor.allow-java-serialization", "off");
    values.put("pekko.cluster.jmx.enabled", "off");
    values.put("pekko.cluster.downing-provider-class", Downing.class.getName());
    values.put(
        "pekko.cluster.seed-nodes",
        seeds.stream().map(seed -> "pekko://" + systemName() + "@" + seed).toList());
    values.put("pekko.remote.artery.transport", tls.isPresent() ? "tls-tcp" : "tcp");
    values.put("pekko.remote.artery.canonical.hostname", host);
    values.put("pekko.remote.artery.canonical.port", port);
    // Shares have a stream of their own, so that large ones do not delay heartbeats.
    values.put(
        "pekko.remote.artery.large-message-destinations",
        List.of("/system/" + CellNode.ACTOR + "-*", "/system/" + GatewayNode.ACTOR + "-*"));
    values.put(
        "pekko.remote.artery.advanced.maximum-large-frame-size",
        Math.max(MIN_FRAME_BYTES, maxShareBytes + SPARE_BYTES) + " b");
    tls.ifPresent(
        files -> {
          String engine = "pekko.remote.artery.ssl.rotating-keys-engine.";
          values.put(
              "pekko.remote.artery.ssl.ssl-engine-provider",
              "org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider");
          values.put(engine + "key-file", files.key().toString());
          values.put(engine + "cert-file", files.certificate().toString());
          values.put(engine + "ca-cert-file", files.authority().toString());
          values.put(engine + "protocol", "TLSv1.3");
          values.put(engine + "enabled-algorithms", List.of("TLS_AES_256_GCM_SHA384"));
        });
    Config own = ConfigFactory.parseMap(values);
    Config further =
        pekko
            .map(file -> ConfigFactory.parseFile(file.toAbsolutePath().toFile()))
            .orElse(ConfigFactory.empty());
    // What is unreachable is removed by the nodes' roles, which no file may change.
    return ConfigFactory.parseMap(Map.of("pekko.cluster.roles", List.of(role)))
        .withFallback(further)
        .withFallback(own)
        .withFallback(ConfigFactory.load(ClusterSettings.class.getClassLoader()))
        .resolve();
  }
}
