// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what handing messages from thread to thread takes on this machine: to and fro over a
 * real link in shared memory, each end handled on a thread of its own as by an actor. This cannot
 * be counted in processor time, as most of it is waiting for threads to wake; it is taken at the
 * lower quartile, as other work only ever adds to it.
 */
final class MessageProbe implements AutoCloseable {
  private static final long DEADLINE_S = 20;
  private static final int SMALL_ROUNDS = 800;
  private static final int LARGE_ROUNDS = 400;
  private static final int LARGE_WORDS = 1 << 16;
  private static final int NEAR_STREAM = 1;
  private static final int FAR_STREAM = 2;

  private final EmbeddedDriver driver = EmbeddedDriver.launchIsolated(IdleMode.BACKOFF, 0);
  private final ComputePool nearThread = new ComputePool("probe-near", 1);
  private final ComputePool farThread = new ComputePool("probe-far", 1);
  private final CompletableFuture<Link> opened = new CompletableFuture<>();
  private final TransportNode far;
  private final TransportNode near;
  private volatile CompletableFuture<Void> answer;

  /**
   * What was found.
   *
   * @param messageNs per message, one way
   * @param byteNs per byte of it
   */
  record Found(double messageNs, double byteNs) {}

  private MessageProbe() {
    byte[] digest = new byte[LinkMessage.PLAN_DIGEST_BYTES];
    far =
        node(
            Hellos.dealer(digest),
            FAR_STREAM,
            new Handler() {
              @Override
              public void onMessage(Link link, LinkMessage message) {
                handle(farThread, () -> link.send(message));
              }
            });
    near =
        node(
            Hellos.client(digest),
            NEAR_STREAM,
            new Handler() {
              @Override
              public void onOpened(Link link) {
                opened.complete(link);
              }

              @Override
              public void onMessage(Link link, LinkMessage message) {
                handle(nearThread, () -> answer.complete(null));
              }
            });
    near.connect(LinkAddress.ipc(FAR_STREAM), "probe");
  }

  /** Measures for less than a second. */
  static Found run() {
    try (MessageProbe probe = new MessageProbe()) {
      Link link = probe.opened.orTimeout(DEADLINE_S, TimeUnit.SECONDS).join();
      double smallNs = probe.oneWayNs(link, new int[1], SMALL_ROUNDS);
      double largeNs = probe.oneWayNs(link, new int[LARGE_WORDS], LARGE_ROUNDS);
      double bytes = (double) Integer.BYTES * LARGE_WORDS;
      return new Found(smallNs, Math.max(0, largeNs - smallNs) / bytes);
    }
  }

  private static void handle(ComputePool thread, Runnable action) {
    thread.submit(
        Urgency.ONLINE,
        splitter -> {
          action.run();
          return null;
        });
  }

  private double oneWayNs(Link link, int[] words, int rounds) {
    LinkMessage message = new LinkMessage.MaskedTensor(0, 0, 0, 0, words);
    long[] roundNs = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      CompletableFuture<Void> heard = new CompletableFuture<>();
      answer = heard;
      LockSupport.parkNanos(CostCalibration.PAUSE_NS);
      long beganNs = System.nanoTime();
      handle(nearThread, () -> link.send(message));
      heard.orTimeout(DEADLINE_S, TimeUnit.SECONDS).join();
      roundNs[i] = System.nanoTime() - beganNs;
    }
    return CostCalibration.lowerQuartile(CostCalibration.laterHalf(roundNs)) / 2.0;
  }

  private TransportNode node(LinkMessage.Hello hello, int stream, LinkListener listener) {
    return TransportNode.launch(
        new TransportContext()
            .security(LinkSecurity.Plain.IN_PROCESS)
            .hello(hello)
            .listen(LinkAddress.ipc(stream))
            .listener(listener)
            .driver(driver));
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(driver);
    parts.own(farThread);
    parts.own(nearThread);
    parts.own(far);
    parts.own(near);
    parts.close();
  }

  private abstract static class Handler implements LinkListener {
    @Override
    public void onOpened(Link link) {
      // Only the dialling end waits for it.
    }

    @Override
    public void onClosed(Link link, String reason) {
      // A probe that waits in vain runs into its deadline.
    }
  }
}
