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
  private List<String> read;
  private List<String> last;

  /** Begins with the files as they are: they are to be read after this. */
  public WatchedFiles(List<Path> paths) {
    this.paths = List.copyOf(paths);
    read = look();
    last = read;
  }

  /**
   * Returns whether any of them has changed since they were last {@link #markRead read}. A change
   * counts once the files have stayed the same from one call to the next: whoever writes one may
   * not have finished.
   */
  public synchronized boolean hasChanged() {
    List<String> now = look();
    boolean settled = now.equals(last);
    last = now;
    return settled && !now.equals(read);
  }

  /**
   * Says that the files have been read as the last call of {@link #hasChanged} saw them, or later.
   * Without it, that call says the same again: what could not be read is tried again.
   */
  public synchronized void markRead() {
    read = last;
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
