// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.nio.file.Path;

/** A run was stopped by its listener; its checkpoint holds every step made. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingStoppedException(Path checkpoint) {
    super("training was stopped; " + checkpoint + " holds every step made");
  }
}
