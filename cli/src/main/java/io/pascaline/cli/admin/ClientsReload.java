// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.transport.secure.PublicIdentity;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pins the clients that a party's file lists, while the party runs: looks at the file and those
 * that it includes every two seconds. A change counts once it has stayed the same from one look to
 * the next, since whoever writes it may not have finished. A file that cannot be understood changes
 * nothing. Other settings take a restart. Thread-safe.
 */
public final class ClientsReload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientsReload.class);
  private static final long INTERVAL_MS = 2_000;

  private final Path file;
  private final Consumer<List<PublicIdentity>> admit;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-reload");
            thread.setDaemon(true);
            return thread;
          });
  private Set<PublicIdentity> used;
  private Set<PublicIdentity> seen;
  private String said = "";

  /**
   * Takes the clients that the party has started with.
   *
   * @param file the party's settings
   * @param used who is pinned
   * @param admit pins others
   */
  ClientsReload(Path file, List<PublicIdentity> used, Consumer<List<PublicIdentity>> admit) {
    this.file = file;
    this.admit = admit;
    this.used = new HashSet<>(used);
    seen = this.used;
  }

  /**
   * Begins to look at a party's file.
   *
   * @param file the party's settings
   * @param used who is pinned
   * @param admit pins others
   */
  public static ClientsReload start(
      Path file, List<PublicIdentity> used, Consumer<List<PublicIdentity>> admit) {
    ClientsReload reload = new ClientsReload(file, used, admit);
    reload.timer.scheduleWithFixedDelay(
        reload::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    return reload;
  }

  /** Looks at the file, and says once what keeps it from being used. */
  synchronized void look() {
    String reason = "";
    try {
      List<PublicIdentity> listed = RoleConfig.party(file).clients();
      Set<PublicIdentity> now = new HashSet<>(listed);
      if (now.equals(seen) && !now.equals(used)) {
        use(listed);
      }
      seen = now;
    } catch (SettingsFault fault) {
      reason = fault.line();
    } catch (RuntimeException e) {
      reason = OneLine.of(e.toString());
    }
    if (!reason.isEmpty() && !reason.equals(said)) {
      LOG.atWarn().addKeyValue("reason", reason).log("the former clients stay admitted");
    }
    said = reason;
  }

  /**
   * Reads the file now.
   *
   * @return how many clients are admitted
   * @throws CommandFault if it cannot be used; the former clients stay
   */
  public synchronized int reload() {
    List<PublicIdentity> listed = RoleConfig.party(file).clients();
    try {
      use(listed);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "identities.clients of " + file + ": " + e.getMessage(), "list each identity once", e);
    }
    seen = used;
    return used.size();
  }

  private void use(List<PublicIdentity> listed) {
    admit.accept(listed);
    used = new HashSet<>(listed);
    LOG.atInfo().addKeyValue("clients", used.size()).log("the clients of the file are admitted");
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
