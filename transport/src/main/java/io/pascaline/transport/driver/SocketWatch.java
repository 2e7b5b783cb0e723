// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.nio.channels.DatagramChannel;

/** Observes the sockets of a media driver on the thread that does the driver's work. */
interface SocketWatch {
  /** Ignores the sockets, because the driver's thread polls them. */
  SocketWatch NONE =
      new SocketWatch() {
        @Override
        public void onOpened(DatagramChannel channel) {
          // The driver polls it.
        }

        @Override
        public void onClosed() {
          // No selector holds it.
        }
      };

  /** Registers a socket from which the driver will read. */
  void onOpened(DatagramChannel channel);

  /** Releases a socket that was closed, so that its port is free. */
  void onClosed();
}
