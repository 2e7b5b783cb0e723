// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The settings file of a client as the {@code client} command reads it, with the files that it
 * names: plan, identity, and what it includes. Keys that only the command uses are allowed. Faults
 * are {@link IllegalArgumentException}s with file, key and remedy in one line; none quotes a
 * secret.
 */
final class ClientFile {
  private static final Set<String> KEYS =
      Set.of(
          "plan",
          "identity",
          "identities.dealer",
          "identities.party0",
          "identities.party1",
          "identities.clients",
          "insecure",
          "listen",
          "advertise",
          "party0",
          "party1",
          "by-model",
          "connect-timeout",
          "peer-timeout",
          "resume-timeout",
          "link-profile",
          "link.rtt",
          "link.bandwidth",
          "link.mtu",
          "max-links",
          "max-pending",
          "aeron.idle",
          "aeron.directory",
          "spin-us",
          "log-format",
          "input.mean",
          "input.std",
          "labels");

  private static final Set<PosixFilePermission> READ_AND_WRITE =
      PosixFilePermissions.fromString("rw-------");
  private static final String IDENTITY_PREFIX = "pascaline-identity-1:";
  private static final int MAX_IDENTITY_BYTES = 1_024;
  private static final int MAX_PLAN_BYTES = 64 << 20;
  private static final long BITS_PER_MEGABIT = 1_000_000L;

  private final Path file;
  private final Config config;

  private ClientFile(Path file) {
    this.file = file;
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("settings file " + file + " does not exist");
    }
    config = ConfigFactory.parseFile(file.toAbsolutePath().toFile()).resolve();
    config
        .entrySet()
        .forEach(
            entry -> {
              String key = entry.getKey().replace("\"", "");
              if (!KEYS.contains(key)) {
                throw wrong(key, "is not known", "take it out");
              }
            });
  }

  /** Returns the settings of a client, as a file has them. */
  static PrivateInferenceClient.Builder read(Path path) {
    try {
      return new ClientFile(path).builder();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(
          "settings file " + path + " cannot be understood (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "a file of " + path + " cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private PrivateInferenceClient.Builder builder() throws IOException {
    LinkAddress advertised = config.hasPath("advertise") ? address("advertise") : null;
    LinkSettings usual = LinkSettings.of(security());
    RuntimeSettings defaults = RuntimeSettings.defaults();
    RuntimeSettings runtime =
        defaults.toBuilder()
            .connectTimeoutMs(milliseconds("connect-timeout", defaults.connectTimeoutMs()))
            .links(
                usual.toBuilder()
                    .profile(profile())
                    .advertised(advertised)
                    .livenessTimeoutMs(milliseconds("peer-timeout", usual.livenessTimeoutMs()))
                    .resumeTimeoutMs(milliseconds("resume-timeout", usual.resumeTimeoutMs()))
                    .build())
            .build();
    PrivateInferenceClient.Builder builder =
        PrivateInferenceClient.builder(plan())
            .listen(address("listen"))
            .party(0, address("party0"), null)
            .party(1, address("party1"), null)
            .runtime(runtime)
            .description(
                numbers("input.mean", "0"),
                numbers("input.std", "1"),
                config.hasPath("labels") ? config.getStringList("labels") : List.of());
    if (config.hasPath("by-model") && config.getBoolean("by-model")) {
      builder.byModel();
    }
    return config.hasPath("max-pending")
        ? builder.maxPending(config.getInt("max-pending"))
        : builder;
  }

  private LinkSecurity security() throws IOException {
    if (config.hasPath("insecure") && config.getBoolean("insecure")) {
      return LinkSecurity.Plain.INSECURE;
    }
    return new LinkSecurity.Secured(
        identity(),
        PinnedPeers.of(
            List.of(
                new PinnedPeers.Peer(pinned("identities.party0"), Role.PARTY, 0),
                new PinnedPeers.Peer(pinned("identities.party1"), Role.PARTY, 1))));
  }

  private PublicIdentity pinned(String key) {
    try {
      return PublicIdentity.parse(config.getString(key));
    } catch (IllegalArgumentException e) {
      throw wrong(key, "holds no public identity", "copy the party's line (ed25519:...)");
    }
  }

  private PrivateIdentity identity() throws IOException {
    Path path = path("identity");
    boolean knowsOwners = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (knowsOwners && !READ_AND_WRITE.containsAll(Files.getPosixFilePermissions(path))) {
      throw wrong(
          "identity", "names a file that others than its owner may read", "run: chmod 600 " + path);
    }
    if (Files.size(path) <= MAX_IDENTITY_BYTES) {
      String line = Files.readString(path, StandardCharsets.ISO_8859_1).strip();
      if (line.startsWith(IDENTITY_PREFIX)) {
        try {
          return PrivateIdentity.ofSeed(
              Base64.getDecoder().decode(line.substring(IDENTITY_PREFIX.length())));
        } catch (IllegalArgumentException e) {
          // The decoder's message quotes the text, which may be most of a key: it stays unsaid.
          throw noIdentity();
        }
      }
    }
    throw noIdentity();
  }

  private IllegalArgumentException noIdentity() {
    return wrong(
        "identity",
        "names a file without an identity",
        "make one with 'pascaline keygen --identity --out FILE'");
  }

  private NetworkPlan plan() throws IOException {
    Path path = path("plan");
    if (Files.size(path) > MAX_PLAN_BYTES) {
      throw wrong("plan", "names a file that is larger than any plan", "copy plan.bin again");
    }
    try {
      return NetworkPlan.decode(Files.readAllBytes(path));
    } catch (IllegalArgumentException e) {
      throw wrong("plan", "names a damaged file (" + e.getMessage() + ")", "copy plan.bin again");
    }
  }

  private NetworkProfile profile() {
    NetworkProfile profile;
    if (config.hasPath("link.rtt") || config.hasPath("link.bandwidth")) {
      profile =
          new NetworkProfile(
              "of link.rtt and link.bandwidth",
              Math.max(1, config.getDuration("link.rtt").toNanos() / 1_000),
              config.getLong("link.bandwidth") * BITS_PER_MEGABIT,
              0,
              true);
    } else {
      String name = config.hasPath("link-profile") ? config.getString("link-profile") : "";
      profile =
          switch (name) {
            case "" -> NetworkProfile.usual();
            case "lan" -> NetworkProfile.lan();
            case "regional" -> NetworkProfile.regional();
            case "wan" -> NetworkProfile.wan();
            default -> throw wrong("link-profile", "is " + name, "say lan, regional or wan");
          };
    }
    return config.hasPath("link.mtu") ? profile.withMtuBytes(config.getInt("link.mtu")) : profile;
  }

  private LinkAddress address(String key) {
    String text = config.getString(key);
    int colon = text.lastIndexOf(':');
    try {
      return LinkAddress.udp(
          text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw wrong(key, "is " + text, "name HOST:PORT");
    }
  }

  private long milliseconds(String key, long otherwiseMs) {
    return config.hasPath(key) ? config.getDuration(key).toMillis() : otherwiseMs;
  }

  private List<String> numbers(String key, String otherwise) {
    if (!config.hasPath(key)) {
      return List.of(otherwise);
    }
    return config.getValue(key).valueType() == ConfigValueType.LIST
        ? config.getStringList(key)
        : List.of(config.getString(key).split(","));
  }

  private Path path(String key) {
    Path path = file.toAbsolutePath().resolveSibling(config.getString(key)).normalize();
    if (!Files.isRegularFile(path)) {
      throw wrong(key, "names " + path + ", which does not exist", "correct it");
    }
    return path;
  }

  private IllegalArgumentException wrong(String key, String what, String remedy) {
    return new IllegalArgumentException(
        "settings file " + file + ": " + key + " " + what + ": " + remedy);
  }
}
