package io.pascaline.actors.state;

import java.nio.file.Path;

/**
 * Where a role keeps its state.
 *
 * @param directory a folder for this role alone, made if it is missing; null keeps everything in
 *     memory
 * @param audit whether every use of a correlation is noted there
 */
public record StateSettings(Path directory, boolean audit) {
  /** Checks that an audit has a place. */
  public StateSettings {
    if (audit && directory == null) {
      throw new IllegalArgumentException("audit needs a directory: null");
    }
  }

  /** Nothing on disk. */
  public static StateSettings inMemory() {
    return new StateSettings(null, false);
  }
}
