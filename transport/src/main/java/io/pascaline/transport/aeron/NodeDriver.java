// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.RecentTraffic;
import java.util.Optional;

/** The media driver of a node. */
sealed interface NodeDriver {
  /** A driver in this JVM. */
  sealed interface InProcess extends NodeDriver {
    /** Returns the driver. */
    EmbeddedDriver driver();

    @Override
    default String directory() {
      return driver().directory();
    }

    @Override
    default Optional<EmbeddedDriver> embedded() {
      return Optional.of(driver());
    }
  }

  /** A driver in this JVM that the node launched for itself and closes. */
  record Own(EmbeddedDriver driver) implements InProcess {
    @Override
    public void closeIfOwn() {
      driver.close();
    }
  }

  /** A driver in this JVM that the node was given, and that may have other nodes. */
  record Given(EmbeddedDriver driver) implements InProcess {}

  /** A driver in another process. */
  record External(String directory) implements NodeDriver {
    @Override
    public Optional<EmbeddedDriver> embedded() {
      return Optional.empty();
    }
  }

  /**
   * Returns the driver that the settings of a node ask for, launched if it is the node's own.
   *
   * @param traffic of the node, by which its own driver idles
   */
  static NodeDriver of(TransportContext context, RecentTraffic traffic) {
    if (context.embeddedDriver() != null) {
      return new Given(context.embeddedDriver());
    }
    if (context.aeronDirectory() != null) {
      return new External(context.aeronDirectory());
    }
    return new Own(
        EmbeddedDriver.launch(
            context.name(),
            context.idleMode(),
            context.profile(),
            context.spinNs(),
            traffic,
            context.driverThread()));
  }

  /** Returns where the driver keeps its file. */
  String directory();

  /** Returns the driver if it is in this JVM. */
  Optional<EmbeddedDriver> embedded();

  /** Closes the driver if the node launched it. */
  default void closeIfOwn() {}
}
