// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.actors.settings.InputConfig;
import io.pascaline.actors.settings.SettingsFault;
import java.nio.file.Path;

/** Reads the settings of a client from a file and from the files that it names. */
final class ClientFile {
  private ClientFile() {}

  /**
   * Returns the settings of a client from its file.
   *
   * @throws IllegalArgumentException if a file cannot be used; the message is the line that the
   *     command would print
   */
  static PrivateInferenceClient.Builder read(Path file) {
    try {
      return builder(ClientConfig.read(file));
    } catch (SettingsFault fault) {
      throw new IllegalArgumentException(fault.line(), fault);
    }
  }

  private static PrivateInferenceClient.Builder builder(ClientConfig config) {
    InputConfig input = config.input();
    PrivateInferenceClient.Builder builder =
        PrivateInferenceClient.builder(config.plan())
            .listen(config.listen())
            .party(0, config.party(0), null)
            .party(1, config.party(1), null)
            .runtime(config.runtime())
            .maxPending(config.maxPending())
            .description(input.mean(), input.std(), input.labels());
    return config.isByModel() ? builder.byModel() : builder;
  }
}
