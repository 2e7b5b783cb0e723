// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.SendChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.driver.media.UdpTransportPoller;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * A UDP socket that sends data and receives status messages and requests to send again. Only the
 * driver's sender uses it.
 */
final class WatchedSendEndpoint extends SendChannelEndpoint {
  private final SocketWatch watch;

  WatchedSendEndpoint(
      UdpChannel channel,
      AtomicCounter statusIndicator,
      MediaDriver.Context context,
      SocketWatch watch) {
    super(channel, statusIndicator, context);
    this.watch = watch;
  }

  @Override
  public void registerForRead(UdpTransportPoller poller) {
    super.registerForRead(poller);
    watch.onOpened(receiveDatagramChannel());
  }

  @Override
  public void close() {
    super.close();
    watch.onClosed();
  }
}
