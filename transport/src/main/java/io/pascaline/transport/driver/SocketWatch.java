// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.nio.channels.DatagramChannel;

/** Learns of the sockets of a media driver, on the thread that does the driver's work. */
interface SocketWatch {
  /** Learns of nothing: the driver's thread looks at the sockets by itself. */
  SocketWatch NONE =
      new SocketWatch() {
        @Override
        public void onOpened(DatagramChannel channel) {
          // The driver polls it.
        }

        @Override
        public void onClosed() {
          // Nothing holds it.
        }
      };

  /** Learns of a socket from which the driver will read. */
  void onOpened(DatagramChannel channel);

  /** Learns that a socket was closed, and lets go of it so that its port is free. */
  void onClosed();
}
