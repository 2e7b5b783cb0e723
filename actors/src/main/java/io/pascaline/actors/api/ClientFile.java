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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
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
          "aeron.driver-thread",
          "aeron.directory",
          "spin-us",
          "log-format",
          "input.mean",
          "input.std",
          "labels");

  private static final Set<PosixFilePermission> READ_AND_WRITE =
      PosixFilePermissions.fromString("rw-------");
  private static final int MAX_IDENTITY_BYTES = 1_024;
  private static final int MAX_PLAN_BYTES = 64 << 20;
  private static final Duration MAX_WAIT = Duration.ofMinutes(10);

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
            .connectTimeoutMs(
                duration("connect-timeout", Duration.ofMillis(defaults.connectTimeoutMs()))
                    .toMillis())
            .links(
                usual.toBuilder()
                    .profile(profile())
                    .advertised(advertised)
                    .maxLinks(
                        number(
                            "max-links",
                            LinkSettings.MIN_LINKS,
                            LinkSettings.MAX_LINKS,
                            usual.maxLinks()))
                    .livenessTimeoutMs(
                        milliseconds(
                            "peer-timeout",
                            LinkSettings.MIN_LIVENESS_TIMEOUT_MS,
                            usual.livenessTimeoutMs()))
                    .resumeTimeoutMs(milliseconds("resume-timeout", 0, usual.resumeTimeoutMs()))
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
    if (choice("by-model", List.of("on", "off"), "off").equals("on")) {
      builder.byModel();
    }
    return builder.maxPending(
        number("max-pending", 1, ClientRequests.MAX_PENDING, ClientRequests.DEFAULT_MAX_PENDING));
  }

  private LinkSecurity security() throws IOException {
    if (choice("insecure", List.of("true", "false"), "false").equals("true")) {
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
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_IDENTITY_BYTES);
    }
    String line = new String(bytes, StandardCharsets.ISO_8859_1);
    Arrays.fill(bytes, (byte) 0);
    try {
      return PrivateIdentity.parse(line);
    } catch (IllegalArgumentException e) {
      throw wrong(
          "identity",
          "names a file without an identity",
          "make one with 'pascaline keygen --identity --out FILE'");
    }
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
    String name = choice("link-profile", List.of("lan", "regional", "wan", ""), "");
    boolean isMeasured = config.hasPath("link.rtt") || config.hasPath("link.bandwidth");
    if (isMeasured && !name.isEmpty()) {
      throw wrong(
          "link-profile", "is given beside link.rtt or link.bandwidth", "take one of them out");
    }
    NetworkProfile profile =
        isMeasured ? measured() : name.isEmpty() ? NetworkProfile.usual() : NetworkProfile.of(name);
    int mtuBytes =
        number("link.mtu", NetworkProfile.MIN_MTU_BYTES, NetworkProfile.MAX_MTU_BYTES, 0);
    try {
      return profile.withMtuBytes(mtuBytes);
    } catch (IllegalArgumentException e) {
      throw wrong("link.mtu", "is " + mtuBytes, "use a multiple of 32");
    }
  }

  private NetworkProfile measured() {
    for (String key : new String[] {"link.rtt", "link.bandwidth"}) {
      if (!config.hasPath(key)) {
        throw wrong(key, "is missing", "give link.rtt and link.bandwidth together");
      }
    }
    Duration roundTrip = duration("link.rtt", Duration.ZERO);
    int megabits = number("link.bandwidth", 1, NetworkProfile.MAX_MEGABITS, 1);
    try {
      return NetworkProfile.measured(roundTrip, megabits);
    } catch (IllegalArgumentException e) {
      throw wrong(
          "link.rtt",
          "is above 10s, or link.rtt times link.bandwidth exceeds 512 MiB in flight",
          "reduce one of them");
    }
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

  private String choice(String key, List<String> choices, String otherwise) {
    String value = config.hasPath(key) ? config.getString(key) : otherwise;
    if (!choices.contains(value)) {
      List<String> named = choices.stream().filter(each -> !each.isEmpty()).toList();
      throw wrong(key, "is '" + value + "'", "use one of " + String.join(", ", named));
    }
    return value;
  }

  private int number(String key, int least, int most, int otherwise) {
    int value = config.hasPath(key) ? config.getInt(key) : otherwise;
    if (config.hasPath(key) && (value < least || value > most)) {
      throw wrong(key, "is " + value, "name a number from " + least + " to " + most);
    }
    return value;
  }

  private long milliseconds(String key, long leastMs, long otherwiseMs) {
    Duration value = config.hasPath(key) ? config.getDuration(key) : Duration.ofMillis(otherwiseMs);
    if (value.toMillis() < leastMs || value.compareTo(MAX_WAIT) > 0) {
      throw wrong(key, "is " + value, "name a time from " + leastMs + "ms to 10m");
    }
    return value.toMillis();
  }

  private Duration duration(String key, Duration otherwise) {
    Duration value = config.hasPath(key) ? config.getDuration(key) : otherwise;
    if (value.isZero() || value.isNegative()) {
      throw wrong(key, "is " + value, "name a time above zero");
    }
    return value;
  }

  private List<String> numbers(String key, String otherwise) {
    if (!config.hasPath(key)) {
      return List.of(otherwise);
    }
    String text =
        config.getValue(key).valueType() == ConfigValueType.LIST
            ? String.join(",", config.getStringList(key))
            : config.getString(key);
    List<String> numbers = List.of(text.split(",", -1));
    for (String number : numbers) {
      try {
        if (Float.isFinite(Float.parseFloat(number.strip()))) {
          continue;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw wrong(key, "is no number or list of numbers", "write it as 0.5 or \"0.48,0.46,0.41\"");
    }
    return numbers;
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
