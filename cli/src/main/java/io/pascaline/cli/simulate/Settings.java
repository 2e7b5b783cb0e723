// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.cli.output.CommandFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A scenario's settings as text, each with the place where it was said: flags, and behind them a
 * file. Not thread-safe.
 */
final class Settings {
  static final String MODEL = "model";
  static final String ACTIVATION = "activation";
  static final String VISIBILITY = "visibility";
  static final String RTT = "rtt";
  static final String BANDWIDTH = "bandwidth";
  static final String PROFILE = "profile";
  static final String DEALER_LINK = "links.dealer";
  static final String CLIENT_LINK = "links.client";
  static final String OUTAGES = "outages";
  static final String INFERENCES = "inferences";
  static final String BATCH = "batch";
  static final String INTERVAL = "interval";
  static final String DEALER_CHECK_EVERY = "dealer-check-every";
  static final String DEALER_SPEED = "dealer-speed";
  static final String AHEAD = "precomputed-correlations";
  static final String READY = "ready";
  static final String CORES = "cores";
  static final String LAYOUT = "layout";
  static final String COSTS = "costs";
  static final String TIMEOUT = "timeout";
  static final String SEED = "seed";

  private static final Set<String> KEYS =
      Set.of(
          MODEL,
          ACTIVATION,
          VISIBILITY,
          RTT,
          BANDWIDTH,
          PROFILE,
          DEALER_LINK,
          CLIENT_LINK,
          OUTAGES,
          INFERENCES,
          BATCH,
          INTERVAL,
          DEALER_CHECK_EVERY,
          DEALER_SPEED,
          AHEAD,
          READY,
          CORES,
          LAYOUT,
          COSTS,
          TIMEOUT,
          SEED);

  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private record Setting(String text, String place) {}

  Settings() {}

  /** What a flag says; null says nothing. Flags come first, and are not overruled. */
  void flag(String key, String flag, String textOrNull) {
    if (textOrNull != null) {
      settings.put(key, new Setting(textOrNull, flag));
    }
  }

  /** Adds a scenario file. */
  void file(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFault(
          "--scenario: there is no file " + file, "give one such as those of scenarios/");
    }
    StrictConfig config = StrictConfig.read(file, KEYS, "scenarios/");
    for (String key : KEYS) {
      if (config.has(key)) {
        settings.putIfAbsent(
            key, new Setting(config.textOrTexts(key), config.place(key) + ": " + key));
      }
    }
  }

  /** Returns where a setting was said. */
  String place(String key) {
    Setting setting = settings.get(key);
    return setting == null ? "--" + key : setting.place();
  }

  boolean has(String key) {
    return settings.containsKey(key);
  }

  /**
   * Returns a setting's value.
   *
   * @param otherwise what it is if nobody said anything
   * @param parser throws IllegalArgumentException saying what is allowed
   */
  <T> T value(String key, String otherwise, Function<String, T> parser) {
    Setting setting = settings.getOrDefault(key, new Setting(otherwise, "default of " + key));
    try {
      return parser.apply(setting.text().strip());
    } catch (IllegalArgumentException refused) {
      throw new CommandFault(setting.place() + ": " + refused.getMessage(), "correct it", refused);
    }
  }

  /** Returns the fault of a setting that does not go with another. */
  CommandFault fault(String key, String what, String remedy) {
    return new CommandFault(place(key) + ": " + what, remedy);
  }
}
