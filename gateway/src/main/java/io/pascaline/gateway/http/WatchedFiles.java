// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that are read again when they change. Looks at their attributes, through symbolic links, so
 * that a folder that is swapped as a whole is noticed as well. Thread-safe.
 */
public final class WatchedFiles {
  private final List<Path> paths;
  private List<String> used;
  private List<String> last;

  /** Begins with the files as they are. */
  public WatchedFiles(List<Path> paths) {
    this.paths = List.copyOf(paths);
    used = look();
    last = used;
  }

  /**
   * Returns whether any of them has changed since that was last said. A change counts once the
   * files have stayed the same from one call to the next: whoever writes one may not have finished.
   */
  public synchronized boolean hasChanged() {
    List<String> now = look();
    boolean settled = now.equals(last);
    last = now;
    if (!settled || now.equals(used)) {
      return false;
    }
    used = now;
    return true;
  }

  private List<String> look() {
    List<String> states = new ArrayList<>();
    for (Path path : paths) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        states.add(
            attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey());
      } catch (IOException e) {
        states.add("missing");
      }
    }
    return states;
  }
}
