// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.sim.network.Outage;
import io.pascaline.sim.network.Place;
import io.pascaline.sim.network.Quantities;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** From a setting's text to its value; what is not allowed is told in IllegalArgumentExceptions. */
final class Parsers {
  private Parsers() {}

  /** One value or several with commas between; each value once. */
  static <T> Function<String, List<T>> listOf(Function<String, T> one) {
    return text -> {
      LinkedHashSet<T> values = new LinkedHashSet<>();
      for (String part : text.split(",", -1)) {
        values.add(one.apply(part.strip()));
      }
      return List.copyOf(values);
    };
  }

  static Function<String, Integer> whole(int min, int max) {
    return text -> {
      try {
        int value = Integer.parseInt(text);
        if (value >= min && value <= max) {
          return value;
        }
      } catch (NumberFormatException notWhole) {
        // Refused below, as a number out of range is.
      }
      throw new IllegalArgumentException(
          "'" + text + "' must be a whole number from " + min + " to " + max);
    };
  }

  static long seed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notWhole) {
      throw new IllegalArgumentException("'" + text + "' must be a whole number", notWhole);
    }
  }

  static Function<String, Double> decimal(double min, double max) {
    return text -> {
      try {
        double value = Double.parseDouble(text);
        if (value >= min && value <= max) {
          return value;
        }
      } catch (NumberFormatException notDecimal) {
        // Refused below, as a number out of range is.
      }
      throw new IllegalArgumentException(
          "'" + text + "' must be a number from " + min + " to " + max);
    };
  }

  static <E extends Enum<E>> Function<String, E> choice(E[] values) {
    return text -> {
      List<String> words = new ArrayList<>();
      for (E value : values) {
        String word = value.name().toLowerCase(Locale.ROOT);
        if (word.equals(text)) {
          return value;
        }
        words.add(word);
      }
      throw new IllegalArgumentException(
          "'" + text + "' must be one of " + String.join(", ", words));
    };
  }

  /** Outages such as {@code parties 2s..5s}, {@code dealer 1s..} with commas between. */
  static List<Outage> outages(String text) {
    return text.isEmpty() ? List.of() : listOf(Parsers::outage).apply(text);
  }

  private static Outage outage(String text) {
    String[] words = text.split("\\s+", 2);
    String[] times = words.length == 2 ? words[1].strip().split("\\.\\.", 2) : new String[0];
    if (times.length != 2) {
      throw new IllegalArgumentException(
          "'" + text + "' must be an outage such as 'parties 2s..5s' or 'dealer 1s..'");
    }
    long untilNs = times[1].isBlank() ? Outage.FOREVER : Quantities.parseTime(times[1].strip());
    return new Outage(
        choice(Place.values()).apply(words[0]), Quantities.parseTime(times[0].strip()), untilNs);
  }
}
