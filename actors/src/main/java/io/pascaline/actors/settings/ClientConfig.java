// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The file of a client of two parties, as the command and the library read it. */
public final class ClientConfig {
  /** Largest number of unanswered requests that a file may allow. */
  public static final int MAX_PENDING = 1 << 20;

  /** Number of unanswered requests that is allowed by default. */
  public static final int DEFAULT_MAX_PENDING = 1024;

  /** The keys that only clients have. */
  public static final Set<String> OWN_KEYS =
      union(
          Stream.of(
              Set.of("plan", "party0", "party1", "by-model", "max-pending"), InputConfig.KEYS));

  /** The key that only the command uses: a library leaves logging to its program. */
  private static final Set<String> COMMAND_KEYS = Set.of("log-format");

  private final StrictConfig config;

  /** Takes a file that was read with all keys of a client. */
  public ClientConfig(StrictConfig config) {
    this.config = config;
  }

  /**
   * Reads a file.
   *
   * @throws SettingsFault if it cannot be read or has an unknown key
   */
  public static ClientConfig read(Path file) {
    return new ClientConfig(
        StrictConfig.read(
            file, union(Stream.of(OWN_KEYS, LinkConfig.KEYS, RuntimeConfig.KEYS, COMMAND_KEYS))));
  }

  private static Set<String> union(Stream<Set<String>> sets) {
    return sets.flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the public plan. */
  public NetworkPlan plan() {
    return ModelFiles.plan("plan", config.path("plan"));
  }

  /** Returns how the client normalises a picture, and the classes. */
  public InputConfig input() {
    return InputConfig.read(config);
  }

  /** Returns where the client listens; see {@link LinkConfig#listen}. */
  public LinkAddress listen() {
    return new LinkConfig(config).listen();
  }

  /**
   * Returns where a party is reached.
   *
   * @param partyId 0 or 1
   */
  public LinkAddress party(int partyId) {
    return new LinkConfig(config).dialled("party" + partyId);
  }

  /** Returns how the client runs, with its links. */
  public RuntimeSettings runtime() {
    return RuntimeConfig.read(config).toBuilder()
        .links(new LinkConfig(config).read(Role.CLIENT, -1))
        .build();
  }

  /** Returns whether the parties serve several models, each on a stream of its own. */
  public boolean isByModel() {
    return config.choice("by-model", List.of("on", "off"), "off").equals("on");
  }

  /** Returns how many requests may be unanswered. */
  public int maxPending() {
    return config.number("max-pending", 1, MAX_PENDING, DEFAULT_MAX_PENDING);
  }
}
