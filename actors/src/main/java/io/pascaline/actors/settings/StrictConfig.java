// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.pascaline.actors.text.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A HOCON file whose keys are all known. Paths in it are relative to its folder. Immutable and
 * thread-safe.
 */
public final class StrictConfig {
  private static final Duration MAX_WAIT = Duration.ofMinutes(10);

  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final Config config;

  private StrictConfig(Path file, Config config) {
    this.file = file;
    this.config = config;
  }

  /**
   * Reads a file and refuses keys that are not known.
   *
   * @param file the HOCON file
   * @param keys all keys that may appear, nested ones with dots
   * @return the settings
   * @throws SettingsFault naming file, line and key
   */
  public static StrictConfig read(Path file, Set<String> keys) {
    return read(file, keys, "docs/samples");
  }

  /**
   * Returns the same, for files whose samples are elsewhere.
   *
   * @param file the HOCON file
   * @param keys all keys that may appear, nested ones with dots
   * @param samples where samples are, for faults
   * @return the settings
   * @throws SettingsFault naming file, line and key
   */
  public static StrictConfig read(Path file, Set<String> keys, String samples) {
    if (!Files.isRegularFile(file)) {
      throw new SettingsFault(
          "config file " + file + " does not exist", "samples are in " + samples);
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new SettingsFault(
            "config file " + file + " is larger than 1 MiB", "samples are in " + samples);
      }
      // Absolute: the files that one without a folder includes would not be found.
      StrictConfig read =
          new StrictConfig(file, ConfigFactory.parseFile(file.toAbsolutePath().toFile()).resolve());
      read.requireKnown(keys);
      return read;
    } catch (IOException e) {
      throw new SettingsFault(
          "config file " + file + " cannot be read (" + e.getMessage() + ")",
          "check its permissions",
          e);
    } catch (ConfigException e) {
      throw new SettingsFault(
          "config file " + file + " cannot be understood (" + OneLine.of(e.getMessage()) + ")",
          "compare it with those of " + samples,
          e);
    }
  }

  private void requireKnown(Set<String> keys) {
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      String key = entry.getKey().replace("\"", "");
      if (!keys.contains(key)) {
        throw fault(
            entry.getValue().origin().lineNumber(),
            "unknown key '" + key + "'",
            "allowed keys are " + String.join(", ", new TreeSet<>(keys)));
      }
    }
  }

  /** Returns whether a key is given. */
  public boolean has(String key) {
    return config.hasPath(key);
  }

  /** Returns a text that must be there. */
  public String text(String key) {
    require(key);
    try {
      return config.getString(key);
    } catch (ConfigException.WrongType e) {
      throw wrong(key, "must be a text");
    }
  }

  /** Returns a text, or what to take if it is not given. */
  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  /** Returns a list of texts; empty if it is not given. */
  public List<String> texts(String key) {
    if (!has(key)) {
      return List.of();
    }
    try {
      return config.getStringList(key);
    } catch (ConfigException.WrongType e) {
      throw wrong(key, "must be a list of texts");
    }
  }

  /** Returns a text or number, or several of them with commas between; it must be there. */
  public String textOrTexts(String key) {
    require(key);
    return config.getValue(key).valueType() == ConfigValueType.LIST
        ? String.join(",", texts(key))
        : text(key);
  }

  /**
   * Returns the text of one finite number, or of several: with commas between, or as a list.
   *
   * @param otherwise what to take if it is not given
   */
  public List<String> numbers(String key, String otherwise) {
    if (!has(key)) {
      return List.of(otherwise);
    }
    List<String> numbers = List.of(textOrTexts(key).split(",", -1));
    for (String number : numbers) {
      try {
        if (Float.isFinite(Float.parseFloat(number.strip()))) {
          continue;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw wrong(key, "must be a number, or several with commas between");
    }
    return numbers;
  }

  /** Returns the file, and the line of a key that is given. */
  public String place(String key) {
    return "config file " + file + " line " + config.getValue(key).origin().lineNumber();
  }

  /** Returns a file that must be named, relative to the configuration's folder. */
  public Path path(String key) {
    return file.toAbsolutePath().getParent().resolve(text(key)).normalize();
  }

  /**
   * Returns a place in the file's own folder that is named after the file.
   *
   * @param ending what takes the place of the file's own ending
   */
  public Path beside(String ending) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.toAbsolutePath()
        .getParent()
        .resolve((dot > 0 ? name.substring(0, dot) : name) + ending)
        .normalize();
  }

  /** Returns a whole number within limits, or what to take if it is not given. */
  public int number(String key, int min, int max, int otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    try {
      int value = config.getInt(key);
      if (value >= min && value <= max) {
        return value;
      }
      throw wrong(key, "is " + value + ", must be from " + min + " to " + max);
    } catch (ConfigException.WrongType e) {
      throw wrong(key, "must be a whole number from " + min + " to " + max);
    }
  }

  /** Returns a time above zero, or what to take if it is not given. */
  public Duration duration(String key, Duration otherwise) {
    Duration value = time(key, otherwise);
    if (has(key) && (value.isNegative() || value.isZero())) {
      throw wrong(key, "must be above zero");
    }
    return value;
  }

  private Duration time(String key, Duration otherwise) {
    try {
      return has(key) ? config.getDuration(key) : otherwise;
    } catch (ConfigException.BadValue | ConfigException.WrongType e) {
      throw wrong(key, "must be a time such as 30s or 500ms");
    }
  }

  /** One of some words, or what to take if it is not given. */
  public String choice(String key, List<String> choices, String otherwise) {
    String value = text(key, otherwise);
    if (!choices.contains(value)) {
      List<String> named = choices.stream().filter(each -> !each.isEmpty()).toList();
      throw wrong(key, "is '" + value + "', must be one of " + String.join(", ", named));
    }
    return value;
  }

  /** Returns a constant of a type, named in lower case, or what to take if it is not given. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(each -> each.name().toLowerCase(Locale.ROOT))
            .toList();
    String chosen = choice(key, names, otherwise.name().toLowerCase(Locale.ROOT));
    return Enum.valueOf(type, chosen.toUpperCase(Locale.ROOT));
  }

  /** Returns whether a setting is true; false if it is not given. */
  public boolean isTrue(String key) {
    return choice(key, List.of("true", "false"), "false").equals("true");
  }

  /** Returns a host and port that must be there. */
  public HostPort address(String key) {
    String text = text(key);
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(key, "is '" + text + "', must be host:port such as 127.0.0.1:40400");
    }
  }

  /**
   * Returns the fault of a setting with a bad value.
   *
   * @param key the setting
   * @param what what is wrong with it, for instance "must be a text"
   */
  public SettingsFault wrong(String key, String what) {
    return wrong(key, what, "correct it");
  }

  /**
   * Returns the fault of a setting with a bad value.
   *
   * @param key the setting
   * @param what what is wrong with it, for instance "must be a text"
   * @param remedy what to do about it
   */
  public SettingsFault wrong(String key, String what, String remedy) {
    int line = has(key) ? config.getValue(key).origin().lineNumber() : -1;
    return fault(line, key + " " + what, remedy);
  }

  private void require(String key) {
    if (!has(key)) {
      throw fault(-1, "key '" + key + "' is missing", "add it, as in the samples of docs/samples");
    }
  }

  private SettingsFault fault(int line, String what, String remedy) {
    String where = line > 0 ? "config file " + file + " line " + line : "config file " + file;
    return new SettingsFault(where + ": " + what, remedy);
  }

  /** Returns the file and its keys; values may be addresses or paths, which logs need not know. */
  @Override
  public String toString() {
    return config.entrySet().stream()
        .map(Map.Entry::getKey)
        .sorted()
        .collect(Collectors.joining(", ", file + "[", "]"));
  }

  /**
   * Returns a setting that is a time.
   *
   * @param minMs what it may be at least; it may be ten minutes at most
   * @param otherwiseMs what it is if it is not there
   */
  public long milliseconds(String key, long minMs, long otherwiseMs) {
    Duration value = time(key, Duration.ofMillis(otherwiseMs));
    if (value.toMillis() < minMs || value.compareTo(MAX_WAIT) > 0) {
      throw wrong(key, "must be from " + minMs + "ms to " + MAX_WAIT.toMinutes() + "m");
    }
    return value.toMillis();
  }
}
