// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Applies the clients that a party's file lists, and the quota of each client of a party, server or
 * gateway, while the role runs: looks at the file and those that it includes every two seconds. A
 * change counts once it has stayed the same from one look to the next, since whoever writes it may
 * not have finished. A file that cannot be understood changes nothing. Other settings take a
 * restart. Thread-safe.
 */
public final class ClientsReload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientsReload.class);
  private static final long INTERVAL_MS = 2_000;

  private final Path file;
  private final Supplier<ClientRules> rules;
  private final Consumer<ClientRules> apply;
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

  private ClientsReload(
      Path file, ClientRules started, Supplier<ClientRules> rules, Consumer<ClientRules> apply) {
    this.file = file;
    this.rules = rules;
    this.apply = apply;
    used = started;
    seen = started;
  }

  /**
   * Takes what a party has started with.
   *
   * @param file the party's settings
   * @param started the settings that it has started with, which are applied
   * @param apply applies something else
   */
  public static ClientsReload ofParty(Path file, RoleConfig started, Consumer<ClientRules> apply) {
    boolean isSealed = !started.isInsecure();
    return new ClientsReload(
        file,
        ClientRules.ofParty(started, isSealed),
        () -> ClientRules.ofParty(RoleConfig.party(file), isSealed),
        apply);
  }

  /** Takes what a server has started with, as for a party. */
  public static ClientsReload ofServer(Path file, RoleConfig started, Consumer<ClientRules> apply) {
    return new ClientsReload(
        file,
        ClientRules.ofServer(started),
        () -> ClientRules.ofServer(RoleConfig.server(file)),
        apply);
  }

  /** Takes what a gateway that is a process of its own has started with, as for a party. */
  public static ClientsReload ofGateway(
      Path file, RoleConfig started, Consumer<ClientRules> apply) {
    return new ClientsReload(
        file,
        ClientRules.ofGateway(started),
        () -> ClientRules.ofGateway(RoleConfig.gatewayNode(file)),
        apply);
  }

  /** Begins to look at the file; returns this. */
  public ClientsReload start() {
    timer.scheduleWithFixedDelay(this::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    return this;
  }

  /** Looks at the file, and says once what keeps it from being used. */
  synchronized void look() {
    String reason = "";
    try {
      ClientRules now = rules.get();
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
    ClientRules now = rules.get();
    try {
      use(now);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "identities.clients of " + file + ": " + e.getMessage(), "list each identity once", e);
    }
    seen = used;
    return used;
  }

  private void use(ClientRules now) {
    apply.accept(now);
    used = now;
    LoggingEventBuilder event = LOG.atInfo();
    for (Map.Entry<String, Object> field : now.fields().entrySet()) {
      event = event.addKeyValue(field.getKey(), field.getValue());
    }
    event.log("clients and quotas of the file are applied");
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
