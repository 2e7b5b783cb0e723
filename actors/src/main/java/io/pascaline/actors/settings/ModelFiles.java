// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that {@code share} writes, as roles read them. */
public final class ModelFiles {
  private static final int MAX_PLAN_BYTES = 64 << 20;

  private ModelFiles() {}

  /**
   * Returns a public plan.
   *
   * @param key the setting that names it, for faults
   * @param path the file
   * @throws SettingsFault if it is missing or damaged
   */
  public static NetworkPlan plan(String key, Path path) {
    requireFile(key, path);
    try (InputStream in = Files.newInputStream(path)) {
      byte[] encoded = in.readNBytes(MAX_PLAN_BYTES);
      return NetworkPlan.decode(encoded);
    } catch (IOException e) {
      throw unreadable(key, path, e);
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
          key + " " + path + " is damaged (" + e.getMessage() + ")",
          "copy plan.bin again from where 'pascaline share' wrote it",
          e);
    }
  }

  /**
   * Returns a party's share.
   *
   * @param key the setting that names it, for faults
   * @param path the file
   * @throws SettingsFault if it is missing, open to others or cannot be used
   */
  public static ModelShare share(String key, Path path) {
    requireFile(key, path);
    try {
      OwnerOnly.require(key, path);
      return ModelShare.read(path);
    } catch (IOException e) {
      throw unreadable(key, path, e);
    }
  }

  private static void requireFile(String key, Path path) {
    if (!Files.isRegularFile(path)) {
      throw new SettingsFault(
          key + " " + path + " does not exist",
          "write it with 'pascaline share MODEL.onnx --out DIR'");
    }
  }

  private static SettingsFault unreadable(String key, Path path, IOException e) {
    return new SettingsFault(
        key + " " + path + " cannot be used (" + e.getMessage() + ")",
        "write it again with 'pascaline share', or check its permissions",
        e);
  }
}
