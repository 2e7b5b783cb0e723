// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

/** Threads that do not keep the process. */
final class Daemons {
  private Daemons() {}

  static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "pascaline-admin");
    thread.setDaemon(true);
    return thread;
  }
}
