// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.pascaline.transport.link.TransportException;
import java.io.IOException;
import java.lang.System.Logger;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** Finds the size of socket buffers that the system grants. */
final class SocketBuffers {
  static final int DEFAULT_BYTES = 128 << 10;

  private static final Logger LOGGER = System.getLogger(SocketBuffers.class.getName());

  private SocketBuffers() {}

  /**
   * Returns the size that the system grants of the buffer that a profile asks for. Aeron fails if
   * it is configured with a larger buffer.
   *
   * @throws TransportException if the system grants less and the profile is strict
   */
  static int granted(boolean receive, NetworkProfile profile) {
    int wanted = profile.windowBytes();
    int granted = granted(receive, wanted);
    if (granted < wanted && profile.strict()) {
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "link profile "
              + profile.name()
              + " needs socket buffers of "
              + wanted
              + " bytes, this system grants "
              + granted
              + ": run sysctl -w net.core."
              + (receive ? "rmem_max=" : "wmem_max=")
              + wanted
              + ", or choose a profile with less in flight");
    }
    return granted;
  }

  private static int granted(boolean receive, int wanted) {
    try (DatagramChannel probe = DatagramChannel.open()) {
      var option = receive ? StandardSocketOptions.SO_RCVBUF : StandardSocketOptions.SO_SNDBUF;
      probe.setOption(option, wanted);
      return Math.min(wanted, probe.getOption(option));
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot ask for socket buffers", e);
      return DEFAULT_BYTES;
    }
  }
}
