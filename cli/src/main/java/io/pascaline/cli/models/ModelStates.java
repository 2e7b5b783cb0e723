// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * The state of a role that serves several models: a folder for each version in the role's own, so
 * that no model uses what another has recorded.
 */
final class ModelStates {
  private final StateSettings settings;
  private final Set<String> taken = new HashSet<>();

  /**
   * Makes the role's folder, for its owner alone.
   *
   * @throws CommandFault if it cannot be made, or is open to others
   */
  ModelStates(StateSettings settings) {
    this.settings = settings;
    Path folder = settings.directory();
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
          .endsWith("------")) {
        throw new CommandFault(
            "state-directory " + folder + " is open to others", "run chmod 700 " + folder);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new CommandFault(
          "state-directory " + folder + " cannot be used (" + e.getMessage() + ")",
          "check its owner and the free space",
          e);
    }
  }

  Path folder() {
    return settings.directory();
  }

  /**
   * Starts a version with a state of its own, until it is released.
   *
   * @param plan of the version
   * @param runtime how the role runs
   * @param start starts it, with the same settings and that state
   * @throws CommandFault if a model of the same plan has the state
   */
  <N> N start(NetworkPlan plan, RuntimeSettings runtime, Function<RuntimeSettings, N> start) {
    RuntimeSettings own = runtime.toBuilder().state(take(plan)).build();
    Parts started = new Parts();
    started.own(() -> release(plan));
    return started.orClose(() -> start.apply(own));
  }

  private synchronized StateSettings take(NetworkPlan plan) {
    if (!taken.add(InferenceResult.version(plan))) {
      throw new CommandFault(
          "a model of the same plan, "
              + plan.name()
              + ":"
              + InferenceResult.version(plan)
              + ", is"
              + " loaded",
          "unload it before another sharing of it is loaded");
    }
    return new StateSettings(
        settings.directory().resolve(InferenceResult.version(plan)),
        settings.audit(),
        settings.storeSessions(),
        settings.storeBytes(),
        settings.storeExpiryMs());
  }

  synchronized void release(NetworkPlan plan) {
    taken.remove(InferenceResult.version(plan));
  }
}
