// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the clients that a party's file lists, and the quota of each client, while the party
 * runs: looks at the file and those that it includes every two seconds. A change counts once it has
 * stayed the same from one look to the next, since whoever writes it may not have finished. A file
 * that cannot be understood changes nothing. Other settings take a restart. Thread-safe.
 */
public final class ClientsReload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientsReload.class);
  private static final long INTERVAL_MS = 2_000;

  private final Path file;
  private final Consumer<ClientRules> apply;
  private final boolean isSealed;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-reload");
            thread.setDaemon(true);
            return thread;
          });
  private ClientRules used;
  private ClientRules seen;
  private String said = "";

  /**
   * Takes what the party has started with.
   *
   * @param file the party's settings
   * @param started the settings that it has started with, which are applied
   * @param apply applies something else
   */
  ClientsReload(Path file, RoleConfig started, Consumer<ClientRules> apply) {
    this.file = file;
    this.apply = apply;
    isSealed = !started.isInsecure();
    used = ClientRules.of(started, isSealed);
    seen = used;
  }

  /**
   * Begins to look at a party's file.
   *
   * @param file the party's settings
   * @param started the settings that it has started with, which are applied
   * @param apply applies something else
   */
  public static ClientsReload start(Path file, RoleConfig started, Consumer<ClientRules> apply) {
    ClientsReload reload = new ClientsReload(file, started, apply);
    reload.timer.scheduleWithFixedDelay(
        reload::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    return reload;
  }

  /** Looks at the file, and says once what keeps it from being used. */
  synchronized void look() {
    String reason = "";
    try {
      ClientRules now = ClientRules.of(RoleConfig.party(file), isSealed);
      if (now.equals(seen) && !now.equals(used)) {
        use(now);
      }
      seen = now;
    } catch (SettingsFault fault) {
      reason = fault.line();
    } catch (RuntimeException e) {
      reason = OneLine.of(e.toString());
    }
    if (!reason.isEmpty() && !reason.equals(said)) {
      LOG.atWarn().addKeyValue("reason", reason).log("the former clients and quotas stay");
    }
    said = reason;
  }

  /**
   * Reads the file now.
   *
   * @return what is applied
   * @throws CommandFault if it cannot be used; the former clients and quotas stay
   */
  public synchronized ClientRules reload() {
    ClientRules now = ClientRules.of(RoleConfig.party(file), isSealed);
    try {
      use(now);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "identities.clients of " + file + ": " + e.getMessage(), "list each identity once", e);
    }
    seen = used;
    return used;
  }

  private void use(ClientRules rules) {
    apply.accept(rules);
    used = rules;
    LOG.atInfo()
        .addKeyValue("clients", rules.clients().size())
        .addKeyValue("maxSessions", rules.maxSessions())
        .addKeyValue("requestsPerSecond", rules.requestsPerSecond())
        .log("clients and quotas of the file are applied");
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
