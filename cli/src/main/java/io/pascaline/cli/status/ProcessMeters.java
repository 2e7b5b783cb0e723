// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.cli.output.Version;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * What every role's process exports besides what its actors count: the release, the Java process,
 * its models and whether they are ready. Thread-safe.
 */
public final class ProcessMeters implements AutoCloseable {
  private static final String OWN = "pascaline.";

  private final JvmGcMetrics garbageCollection;

  /**
   * Registers release and Java process: memory, garbage collection, threads, classes, processors,
   * open files.
   *
   * @param role the label of each metric
   */
  public ProcessMeters(MeterRegistry registry, String role) {
    Tags tags = Tags.of("role", role);
    garbageCollection = new JvmGcMetrics(tags);
    garbageCollection.bindTo(registry);
    new JvmInfoMetrics().bindTo(registry);
    new JvmMemoryMetrics(tags).bindTo(registry);
    new JvmThreadMetrics(tags).bindTo(registry);
    new ClassLoaderMetrics(tags).bindTo(registry);
    new ProcessorMetrics(tags).bindTo(registry);
    new FileDescriptorMetrics(tags).bindTo(registry);
    new UptimeMetrics(tags).bindTo(registry);
    info(
        registry,
        "pascaline.build.info",
        "which release runs, and on which Java",
        tags.and("version", Version.number(), "java", Runtime.version().toString()));
  }

  /**
   * Registers a model that a role computes.
   *
   * @param isReady whether inferences of it can succeed as far as the role knows
   */
  public static void bindModel(
      MeterRegistry registry, String role, NetworkPlan plan, BooleanSupplier isReady) {
    Tags tags = Tags.of("role", role);
    String visibility = plan.visibility().name().toLowerCase(Locale.ROOT);
    info(
        registry,
        "pascaline.model.info",
        "which model the role computes",
        tags.and(
            "model",
            plan.name(),
            "digest",
            InferenceResult.version(plan),
            "visibility",
            visibility));
    Gauge.builder("pascaline.ready", isReady, ready -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while inferences can succeed as far as this role knows, otherwise 0")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  /** Registers what says something by its tags alone. */
  private static void info(MeterRegistry registry, String name, String description, Tags tags) {
    Gauge.builder(name, () -> 1).description(description).tags(tags).register(registry);
  }

  /**
   * Returns whether {@code status} prints a table row for a meter. Meters of the Java process are
   * for Prometheus only. Release, model, readiness and connections are printed above the tables.
   */
  public static boolean isShown(Meter meter) {
    String name = meter.getId().getName();
    return name.startsWith(OWN)
        && !name.endsWith(".info")
        && !name.equals("pascaline.ready")
        && !name.equals("pascaline.peer.connected");
  }

  @Override
  public void close() {
    garbageCollection.close();
  }
}
