// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PartyClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.options.CanaryOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.LogFormat;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.run.Deployment;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.transport.link.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Two deployed parties, as the configuration file of a client describes them, or their gateways.
 * Gateways are asked, so that their client is open before anybody connects; closing this closes it.
 *
 * @param plan the public plan of the network that the parties run
 * @param input what the network takes, and its classes as far as the client knows them
 * @param deployment where the roles run and how they are linked, for reports
 * @param connecting makes a client, or gives the one that is open
 * @param closing closes a client that is open before anybody connects, if it is still open
 */
record RemoteParties(
    NetworkPlan plan,
    ModelInput input,
    Deployment deployment,
    Supplier<InferenceService> connecting,
    Runnable closing)
    implements AutoCloseable {
  /** The part of the command's timeout that finding the parties may take. */
  private static final int REASON_PERCENT = 80;

  private static final String BUNDLED = "bundled";
  private static final String SEALED = "client of two remote parties, Aeron UDP, encrypted";
  private static final Deployment AS_PARTY =
      Deployment.ofClientAsParty("client as party 1 of a remote server, Aeron UDP, encrypted");
  private static final String INSECURE =
      "client of two remote parties, Aeron UDP, NOT encrypted (insecure = true)";

  /**
   * Reads a client's configuration, applies its log format and warns of links that are not
   * protected.
   *
   * @param config the file
   * @param timeout of each inference, all its attempts together
   * @param retry when requests are repeated
   * @param notes warned
   * @param canaries how the parties are checked, if they are
   * @throws CommandFault if the file or one that it names cannot be used
   */
  static RemoteParties read(
      Path config,
      Duration timeout,
      RetryPolicy retry,
      Notes notes,
      Optional<CanaryOptions.Choice> canaries) {
    RoleConfig role = RoleConfig.client(config);
    role.logFormat().ifPresent(LogFormat::apply);
    if (role.isInsecure()) {
      notes.warn(RoleConfig.INSECURE_WARNING);
    }
    NetworkPlan plan = role.plan();
    return new RemoteParties(
        plan,
        ModelInput.of(plan, role.input()),
        Deployment.of(role.isInsecure() ? INSECURE : SEALED),
        () -> dial(role, plan, retry, timeout, canaries),
        () -> {});
  }

  /**
   * Reads the same for a client that is party 1, whose only party beside itself is a server.
   *
   * @param config the file
   * @param timeout of each inference, all its attempts together
   * @param retry when requests are repeated
   * @param canaries how the server is checked, if it is
   * @throws CommandFault if the file or one that it names cannot be used
   */
  static RemoteParties readAsParty(
      Path config, Duration timeout, RetryPolicy retry, Optional<CanaryOptions.Choice> canaries) {
    RoleConfig role = RoleConfig.clientAsParty(config);
    role.logFormat().ifPresent(LogFormat::apply);
    NetworkPlan plan = role.plan();
    if (plan.visibility() != Visibility.OWNED) {
      throw role.settings()
          .wrong(
              "plan",
              "has weights that are " + VisibilityNames.label(plan.visibility()),
              "get the plan.bin of the server's owner, who shared it with --visibility owned");
    }
    return new RemoteParties(
        plan,
        ModelInput.of(plan, role.input()),
        AS_PARTY,
        () -> dialServer(role, plan, retry, timeout, canaries),
        () -> {});
  }

  /**
   * Loads the network in plaintext, which only its owner has.
   *
   * @param options what the file leaves open
   * @param model an ONNX file, or {@code bundled}
   * @param option how the user named it, for faults
   * @throws CommandFault if there is none, or it is not what the plan was compiled from
   */
  LoadedModel plaintext(ModelOptions options, String model, String option) {
    LoadedModel loaded = options.load(BUNDLED.equals(model) ? null : Path.of(model));
    if (!loaded.graph().inputShape().equals(plan.inputShape())
        || loaded.classCount() != plan.outputElementCount()) {
      throw new CommandFault(
          option + " " + model + " has other inputs or outputs than the plan",
          "name the network that the plan was compiled from");
    }
    return loaded;
  }

  /**
   * Connects to both parties; returns at once.
   *
   * @return the client, closed by the caller
   */
  InferenceService connect() {
    return connecting.get();
  }

  @Override
  public void close() {
    closing.run();
  }

  /** Waits a little less: only the initiator of a link knows why a party does not answer. */
  private static RuntimeSettings patient(RuntimeSettings runtime, Duration timeout) {
    long connectTimeoutMs =
        Math.min(
            runtime.connectTimeoutMs(), Math.max(1, timeout.toMillis() * REASON_PERCENT / 100));
    return runtime.toBuilder().connectTimeoutMs(connectTimeoutMs).build();
  }

  private static InferenceService dialServer(
      RoleConfig role,
      NetworkPlan plan,
      RetryPolicy retry,
      Duration timeout,
      Optional<CanaryOptions.Choice> canaries) {
    RuntimeSettings runtime =
        patient(role.runtimeWithClientsAsParty(Role.PARTY, 1), timeout).toBuilder()
            .state(role.stateOfClient())
            .build();
    PartyClient.Builder builder = PrivateInferenceClient.asParty(plan);
    canaries.ifPresent(chosen -> builder.canaries(chosen.of(plan), chosen.rate()));
    return builder
        .listen(role.listen())
        .server(role.dialled("party0"), null)
        .dealer(role.dialled("dealer"), null)
        .runtime(runtime)
        .requestTimeout(timeout)
        .maxPending(role.asClient().maxPending())
        .retry(retry)
        .connect();
  }

  private static InferenceService dial(
      RoleConfig role,
      NetworkPlan plan,
      RetryPolicy retry,
      Duration timeout,
      Optional<CanaryOptions.Choice> canaries) {
    ClientConfig config = role.asClient();
    RuntimeSettings runtime = patient(config.runtime(), timeout);
    PrivateInferenceClient.Builder builder = PrivateInferenceClient.builder(plan);
    canaries.ifPresent(chosen -> builder.canaries(chosen.of(plan), chosen.rate()));
    if (config.isByModel()) {
      builder.byModel();
    }
    return builder
        .listen(config.listen())
        .party(0, config.party(0), null)
        .party(1, config.party(1), null)
        .runtime(runtime)
        .requestTimeout(timeout)
        .maxPending(config.maxPending())
        .retry(retry)
        .connect();
  }
}
