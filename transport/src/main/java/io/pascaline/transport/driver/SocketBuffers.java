// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.pascaline.transport.link.TransportException;
import java.io.IOException;
import java.lang.System.Logger;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** Finds the size of socket buffers that the system grants. */
final class SocketBuffers {
  static final int DEFAULT_BYTES = 128 << 10;

  private static final Logger LOGGER = System.getLogger(SocketBuffers.class.getName());

  private SocketBuffers() {}

  /** One of the two buffers of a socket. */
  enum Buffer {
    /** Where datagrams wait until they are read. */
    RECEIVE(StandardSocketOptions.SO_RCVBUF, "rmem_max"),
    /** Where datagrams wait until they are sent. */
    SEND(StandardSocketOptions.SO_SNDBUF, "wmem_max");

    private final SocketOption<Integer> option;

    /** What bounds it on Linux. */
    private final String limit;

    Buffer(SocketOption<Integer> option, String limit) {
      this.option = option;
      this.limit = limit;
    }
  }

  /**
   * Returns the size that the system grants of the buffer that a profile asks for. Aeron fails if
   * it is configured with a larger buffer.
   *
   * @throws TransportException if the system grants less and the profile is strict
   */
  static int granted(Buffer buffer, NetworkProfile profile) {
    int wanted = profile.windowBytes();
    int granted = granted(buffer, wanted);
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
              + buffer.limit
              + "="
              + wanted
              + ", or choose a profile with less in flight");
    }
    return granted;
  }

  private static int granted(Buffer buffer, int wanted) {
    try (DatagramChannel probe = DatagramChannel.open()) {
      probe.setOption(buffer.option, wanted);
      return Math.min(wanted, probe.getOption(buffer.option));
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot ask for socket buffers", e);
      return DEFAULT_BYTES;
    }
  }
}
