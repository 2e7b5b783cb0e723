// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;

/** PyTorch's native libraries, which the launcher fetches when they are first needed. */
final class NativeLibraries {
  /** Lies in the archive of the libraries, not in that of DJL. */
  private static final String MARK = "/native/lib/pytorch.properties";

  /** Set by the launcher, which understands {@link #EXIT_CODE}. */
  private static final String FETCH = "pascaline.fetch";

  /** Exit code that makes the launcher fetch the libraries and start the command again. */
  static final int EXIT_CODE = 64;

  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String OFFLINE = "ai.djl.offline";

  private NativeLibraries() {}

  /** Returns whether they are missing and the launcher waits to fetch them. */
  static boolean areToBeFetched() {
    return Boolean.getBoolean(FETCH) && isMissing(MARK);
  }

  /** Throws a fault in one line if they are not on the class path. */
  static void require() {
    require(MARK);
  }

  static void require(String mark) {
    if (isMissing(mark)) {
      throw new CommandFault(
          "PyTorch's native libraries are not there",
          "start training by ./pascaline train, which fetches them once");
    }
  }

  private static boolean isMissing(String mark) {
    return NativeLibraries.class.getResource(mark) == null;
  }

  /**
   * Settings that the engine reads when it is first used.
   *
   * @param threads of the engine
   */
  static void configure(int threads) {
    System.setProperty(THREADS, Integer.toString(threads));
    // Otherwise DJL asks a cloud provider's metadata address what machine this is.
    System.setProperty(OFFLINE, "true");
  }
}
