// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The few kinds of meters that are registered, each read from what the roles count anyway. */
final class Meters {
  private final MeterRegistry registry;
  private final Tags role;

  Meters(MeterRegistry registry, Tags role) {
    this.registry = registry;
    this.role = role;
  }

  /** Returns an enum constant as a tag's value. */
  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  <T> void count(
      String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
    FunctionCounter.builder(name, source, value)
        .description(description)
        .tags(role.and(tags))
        .register(registry);
  }

  <T> void gauge(
      String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
    gauge(name, null, description, source, value, tags);
  }

  /** A gauge of a quantity that has a unit, such as {@code bytes}; null for one that has none. */
  <T> void gauge(
      String name,
      String unitOrNull,
      String description,
      T source,
      ToDoubleFunction<T> value,
      String... tags) {
    // Strongly held: whoever registers a role may hold nothing else of it.
    Gauge.builder(name, source, value)
        .baseUnit(unitOrNull)
        .description(description)
        .tags(role.and(tags))
        .strongReference(true)
        .register(registry);
  }
}
