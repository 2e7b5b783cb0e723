// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code share} wrote, in the hands of the owner who still has both shares: a compiled network
 * that needs no calibration.
 *
 * @param network the network
 * @param input what it takes
 */
record ShareFolder(CompiledNetwork network, ModelInput input) {
  /** Returns whether a folder holds both shares. */
  static boolean isOne(Path path) {
    return path != null
        && Files.isDirectory(path)
        && Files.isRegularFile(share(path, 0))
        && Files.isRegularFile(share(path, 1));
  }

  private static Path share(Path folder, int party) {
    return folder.resolve(ModelFolder.shareFile(party));
  }

  /**
   * Reads a folder.
   *
   * @throws CommandFault if the files cannot be read or do not belong together
   */
  static ShareFolder open(Path folder) {
    try {
      CompiledNetwork network =
          ModelShares.join(ModelShare.read(share(folder, 0)), ModelShare.read(share(folder, 1)));
      return new ShareFolder(
          network, ModelInput.of(network.plan(), new ModelFolder(folder).input()));
    } catch (IOException e) {
      throw new CommandFault(
          folder + " cannot be read (" + e.getMessage() + ")", "run share again", e);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(folder + ": " + e.getMessage(), "run share again", e);
    }
  }
}
