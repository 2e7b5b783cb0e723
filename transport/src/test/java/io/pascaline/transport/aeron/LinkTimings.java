// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.util.Arrays;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints round trip times and rates of links on this machine; not a test. Arguments: medium, idle
 * mode, words per message, round trips, term bytes, pause between trips in us.
 */
final class LinkTimings {
  private LinkTimings() {}

  public static void main(String[] args) throws InterruptedException {
    Medium medium = Medium.valueOf(args[0]);
    IdleMode mode = IdleMode.valueOf(args[1]);
    int words = Integer.parseInt(args[2]);
    int trips = Integer.parseInt(args[3]);
    int termBytes = Integer.parseInt(args[4]);
    long pauseNs = 1000 * Long.parseLong(args[5]);
    LinkedTransferQueue<LinkMessage> back = new LinkedTransferQueue<>();
    RecordingListener opened = new RecordingListener();
    try (EmbeddedDriver driver = EmbeddedDriver.launch(mode);
        TransportNode echo =
            TransportNode.launch(
                Nodes.party(0, driver, address(medium), opened)
                    .idleMode(mode)
                    .termBytes(termBytes)
                    .listener(new Listener(Link::send)));
        TransportNode node =
            TransportNode.launch(
                Nodes.party(1, driver, address(medium), opened)
                    .idleMode(mode)
                    .termBytes(termBytes)
                    .listener(new Listener((link, message) -> back.add(message), opened)))) {
      node.connect(echo.address(), "party 0");
      Link link = opened.awaitOpened();
      for (int round = 0; round < 3; round++) {
        long[] times = new long[trips];
        long startNs = System.nanoTime();
        for (int i = 0; i < trips; i++) {
          LockSupport.parkNanos(pauseNs);
          long beforeNs = System.nanoTime();
          link.send(new LinkMessage.MaskedTensor(1, i, 0, 0, new int[words]));
          back.take();
          times[i] = System.nanoTime() - beforeNs;
        }
        double seconds = (System.nanoTime() - startNs) * 1e-9;
        Arrays.sort(times);
        System.out.printf(
            "%s %s %d words: p50 %.1f us, p90 %.1f us, p99 %.1f us, %.0f MB/s each way%n",
            medium,
            mode,
            words,
            times[trips / 2] * 1e-3,
            times[trips * 9 / 10] * 1e-3,
            times[trips * 99 / 100] * 1e-3,
            4e-6 * words * trips / seconds);
      }
    }
  }

  private static LinkAddress address(Medium medium) {
    return Nodes.freshAddress(medium);
  }

  private interface Receiver {
    void onMessage(Link link, LinkMessage message);
  }

  private record Listener(Receiver receiver, RecordingListener events) implements LinkListener {
    Listener(Receiver receiver) {
      this(receiver, new RecordingListener());
    }

    @Override
    public void onOpened(Link link) {
      events.onOpened(link);
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      receiver.onMessage(link, message);
    }

    @Override
    public void onClosed(Link link, String reason) {
      events.onClosed(link, reason);
    }
  }
}
