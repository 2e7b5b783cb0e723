// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.admin.AdminServer;
import io.pascaline.cli.admin.ClientsReload;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.models.ModelsRole;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.LogFormat;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.ServingFault;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.cli.status.FaultLog;
import io.pascaline.cli.status.Status;
import io.pascaline.cli.status.StatusServer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.event.Level;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A role that serves until it is told to stop (SIGTERM, SIGINT) or cannot ever serve. Filled by
 * picocli.
 */
abstract class RoleCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Settings of this role; samples in docs/samples.")
  private Path config;

  @Spec private CommandSpec spec;

  /** Returns the file with the role's settings. */
  Path config() {
    return config;
  }

  /** Returns the standard output. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Logs as the role's file says, and warns if its links are not protected. */
  void prepareLog(RoleConfig settings) {
    settings.logFormat().ifPresent(LogFormat::apply);
    if (settings.isInsecure()) {
      notes().warn(RoleConfig.INSECURE_WARNING);
    }
    if (settings.isGatewayInsecure()) {
      notes().warn(RoleConfig.GATEWAY_INSECURE_WARNING);
    }
    if (settings.isClusterInsecure()) {
      notes().warn(RoleConfig.CLUSTER_INSECURE_WARNING);
    }
  }

  /** Returns where warnings go. */
  Notes notes() {
    return new Notes(spec.commandLine().getErr(), shared.quiet());
  }

  /**
   * A line about the role itself.
   *
   * @param text for people
   * @param fields the same for machines
   */
  record Line(String text, Map<String, ?> fields) {
    /** Returns the line with more of both. */
    Line and(String moreText, Map<String, ?> moreFields) {
      Map<String, Object> all = new LinkedHashMap<>(fields);
      all.putAll(moreFields);
      return new Line(text + ", " + moreText, all);
    }
  }

  /**
   * Returns that a role is up.
   *
   * @param role what it is
   * @param settings the role's file
   * @param bound where it listens
   * @param plan what it computes
   */
  static Line announcement(String role, RoleConfig settings, LinkAddress bound, NetworkPlan plan) {
    String digest = InferenceResult.version(plan);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role.replace(" ", ""));
    fields.put("channel", bound.channel());
    settings.advertised().ifPresent(address -> fields.put("advertised", address));
    fields.put("model", plan.name());
    fields.put("digest", digest);
    fields.put("visibility", VisibilityNames.label(plan.visibility()));
    return new Line(
        role
            + " listens on "
            + bound.channel()
            + settings.advertised().map(address -> ", reached at " + address).orElse("")
            + ", model "
            + plan.name()
            + " "
            + digest
            + ", "
            + TrustModel.weights(plan.visibility()),
        fields);
  }

  /** Serves the models of a folder until the role is told to stop. */
  int serveModels(String name, RoleConfig settings, ModelsRole role) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", name.replace(" ", ""));
    fields.put("channel", role.address().channel());
    fields.put("models", role.models().list().size());
    role.gateway().ifPresent(address -> fields.put("gateway", address.toString()));
    role.cell().ifPresent(cell -> fields.put("cell", cell.name()));
    role.cell().ifPresent(cell -> fields.put("cluster", cell.clusterAddress()));
    return serve(
        new Line(
            name
                + " listens on "
                + role.address().channel()
                + ", "
                + role.models().list().size()
                + " models"
                + role.gateway().map(address -> ", gateway " + address).orElse("")
                + role.cell()
                    .map(cell -> ", cell " + cell.name() + ", cluster " + cell.clusterAddress())
                    .orElse(""),
            fields),
        role.failure(),
        withMetrics(settings, role, role.transport(), role.status()),
        () -> new Line(name + " ends", Map.of("role", name.replace(" ", ""))));
  }

  /**
   * Serves a role's metrics, if its file says where, and logs what its node refuses.
   *
   * @param settings the role's file
   * @param node the role, closed if its metrics cannot be served
   * @param transport the role's node
   * @param status what to serve
   * @return the role and its metrics, closed together
   */
  AutoCloseable withMetrics(
      RoleConfig settings, AutoCloseable node, TransportNode transport, Status status) {
    return withStatus(settings, withFaultLog(node, transport), status);
  }

  /**
   * Serves a role's metrics, if its file says where.
   *
   * @param settings the role's file
   * @param node the role, closed if its metrics cannot be served
   * @param status what to serve
   * @return the role and its metrics, closed together
   */
  static AutoCloseable withStatus(RoleConfig settings, AutoCloseable node, Status status) {
    if (settings.metrics().isEmpty()) {
      return node;
    }
    StatusServer server;
    try {
      server = StatusServer.start(settings.metrics().get(), status);
    } catch (SettingsFault fault) {
      ClosedAtExit.of(node, () -> {}).close();
      throw fault;
    }
    Parts parts = new Parts();
    parts.own(node);
    parts.own(server);
    return parts;
  }

  /**
   * Follows changes of a role's file, and takes the command to do so now. The role works without
   * commands, as where its folder's path is too long.
   *
   * @param settings the role's file
   * @param reload what changes
   * @param remedy what somebody does who wants other commands
   * @param node the role
   * @return the role and what follows its file, closed together
   */
  AutoCloseable withReload(
      RoleConfig settings, ClientsReload reload, String remedy, AutoCloseable node) {
    Optional<AdminServer> admin = Optional.empty();
    try {
      admin =
          Optional.of(
              AdminServer.start(
                  settings.state().directory(),
                  (command, arguments) -> {
                    if (!command.equals("reload")) {
                      throw new CommandFault(
                          "the role serves one model, which its settings name", remedy);
                    }
                    return reload.reload().fields();
                  }));
    } catch (SettingsFault fault) {
      notes().warn(fault.line());
    }
    return closedBefore(node, reload.start(), admin);
  }

  private static AutoCloseable closedBefore(
      AutoCloseable node, ClientsReload reload, Optional<AdminServer> admin) {
    Parts parts = new Parts();
    parts.own(node);
    parts.own(reload);
    admin.ifPresent(parts::own);
    return parts;
  }

  private static AutoCloseable withFaultLog(AutoCloseable node, TransportNode transport) {
    FaultLog log = FaultLog.of(transport.counters());
    Parts parts = new Parts();
    parts.own(log::close);
    parts.own(node);
    return parts;
  }

  /**
   * Says that the role is up and waits until it ends.
   *
   * @param announcement for the standard output
   * @param failure completes with one line when the role cannot ever serve
   * @param node closed when the JVM is told to stop
   * @param farewell makes a line for the standard output when the JVM is told to stop
   * @return never but by a fault
   */
  int serve(
      Line announcement,
      CompletionStage<String> failure,
      AutoCloseable node,
      Supplier<Line> farewell) {
    ClosedAtExit<AutoCloseable> serving = ClosedAtExit.of(node, () -> say(farewell.get()));
    try (serving) {
      say(announcement);
      String reason = failure.toCompletableFuture().get();
      throw new ServingFault(OneLine.of(reason));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServingFault("interrupted: start it again");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void say(Line line) {
    out().println(LogFormat.current().line(Level.INFO, line.text(), line.fields()));
    out().flush();
  }

  /**
   * Returns the fault of a setting that does not fit this role.
   *
   * @param what what is wrong
   * @param remedy what to do
   */
  CommandFault misfit(String what, String remedy) {
    return new CommandFault("config file " + config + ": " + what, remedy);
  }
}
