// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.InputConfig;
import io.pascaline.actors.settings.ModelFiles;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.gateway.InputDescription;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One model in a folder of models, as {@code share} writes it: the party's share or the dealer's
 * plan, and what its owner says of inputs and classes.
 *
 * @param path the folder
 */
public record ModelFolder(Path path) {
  /** Name of the public plan. */
  public static final String PLAN = "plan.bin";

  /** Name of what the owner says of inputs and classes. */
  public static final String INPUT_SETTINGS = "input.conf";

  /** Returns the name of a party's share. */
  public static String shareFile(int partyId) {
    return "party" + partyId + ".share";
  }

  /** Returns the name by which operators know the folder. */
  public String name() {
    return path.getFileName().toString();
  }

  /**
   * Returns the share of a party.
   *
   * @throws SettingsFault if it is missing, damaged, open to others or another party's
   */
  public ModelShare share(int partyId) {
    Path file = path.resolve(shareFile(partyId));
    ModelShare share = ModelFiles.share("share", file);
    if (share.partyId() != partyId) {
      throw new SettingsFault(
          file + " is the share of party " + share.partyId(), "copy that of party " + partyId);
    }
    return share;
  }

  /**
   * Returns the public plan.
   *
   * @throws SettingsFault if it is missing or damaged
   */
  public NetworkPlan plan() {
    return ModelFiles.plan("plan", path.resolve(PLAN));
  }

  /**
   * Returns what clients make of a picture, and the classes.
   *
   * @throws SettingsFault if the file cannot be understood
   */
  public InputDescription input() {
    Path file = path.resolve(INPUT_SETTINGS);
    if (!Files.isRegularFile(file)) {
      return InputDescription.NONE;
    }
    return GatewayConfig.input(StrictConfig.read(file, InputConfig.KEYS));
  }

  /** Returns the folders in a folder of models, by name. */
  public static List<ModelFolder> in(Path models) {
    try (var paths = Files.list(models)) {
      return paths.filter(Files::isDirectory).sorted().map(ModelFolder::new).toList();
    } catch (java.io.IOException e) {
      throw new SettingsFault(
          "models folder " + models + " cannot be read (" + e.getMessage() + ")",
          "make it, with a folder for each model",
          e);
    }
  }
}
