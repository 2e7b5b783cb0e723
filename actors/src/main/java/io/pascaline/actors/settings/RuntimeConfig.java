// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.IdleMode;
import java.time.Duration;
import java.util.Set;

/** The settings of how a role runs that all roles have in common. */
public final class RuntimeConfig {
  /** Their keys. */
  public static final Set<String> KEYS =
      Set.of("connect-timeout", "aeron.idle", "aeron.driver-thread", "aeron.directory", "spin-us");

  private RuntimeConfig() {}

  /** Reads a file that was read with {@link #KEYS}; all other settings have their defaults. */
  public static RuntimeSettings read(StrictConfig config) {
    RuntimeSettings usual = RuntimeSettings.defaults();
    return usual.toBuilder()
        .connectTimeoutMs(
            config
                .duration("connect-timeout", Duration.ofMillis(usual.connectTimeoutMs()))
                .toMillis())
        .spinUs(
            config.number("spin-us", 0, (int) RuntimeSettings.MAX_SPIN_US, (int) usual.spinUs()))
        .idleMode(config.choice("aeron.idle", IdleMode.class, usual.idleMode()))
        .driverThread(
            config.choice("aeron.driver-thread", DriverThread.class, usual.driverThread()))
        .aeronDirectory(config.text("aeron.directory", null))
        .build();
  }
}
