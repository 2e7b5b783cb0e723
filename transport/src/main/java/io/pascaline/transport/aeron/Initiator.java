// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a link to one address: dials, and dials again with a growing pause. Belongs to the node's
 * agent.
 */
final class Initiator {
  private static final long MIN_PAUSE_NS = 20_000_000L;
  private static final long MAX_PAUSE_NS = 1_000_000_000L;

  private final Carriers carriers;
  private final LinkNotifier notifier;
  private final TransportContext context;
  private final LinkAddress address;
  private final PinnedPeers.Peer identity;
  private final long startNs;
  private AeronCarrier carrier;
  private Conversation lost;
  private long pauseNs = MIN_PAUSE_NS;
  private long retryAtNs;
  private String lastReason = "it does not listen";
  private boolean everOpened;
  private boolean stopped;

  Initiator(
      Carriers carriers,
      LinkNotifier notifier,
      TransportContext context,
      LinkAddress address,
      PinnedPeers.Peer identityOrNull,
      long nowNs) {
    this.carriers = carriers;
    this.notifier = notifier;
    this.context = context;
    this.address = address;
    this.identity = identityOrNull;
    this.startNs = nowNs;
    this.retryAtNs = nowNs;
  }

  LinkAddress address() {
    return address;
  }

  boolean isStopped() {
    return stopped;
  }

  int doWork(long nowNs) {
    if (carrier == null) {
      if (nowNs - retryAtNs < 0) {
        checkTimeout(nowNs);
        return 0;
      }
      lost = lost != null && lost.isSuspended() ? lost : null;
      carrier = carriers.dial(address, identity, lost, nowNs);
      return 1;
    }
    if (carrier.hasOpened()) {
      everOpened = true;
      // The carrier holds its conversation now; another one's secrets must not outlive it here.
      lost = null;
    }
    if (carrier.isClosed()) {
      onClosed(nowNs);
      return 1;
    }
    checkTimeout(nowNs);
    return 0;
  }

  private void onClosed(long nowNs) {
    if (carrier.isRefused()) {
      stopped = true;
      return;
    }
    pauseNs = carrier.hasOpened() ? MIN_PAUSE_NS : Math.min(MAX_PAUSE_NS, 2 * pauseNs);
    retryAtNs = nowNs + pauseNs;
    lastReason = carrier.complaint();
    if (carrier.conversation() != null) {
      lost = carrier.conversation();
    }
    carrier = null;
  }

  private void checkTimeout(long nowNs) {
    long timeoutNs = context.connectTimeoutNs();
    if (everOpened || timeoutNs == 0 || nowNs - startNs < timeoutNs) {
      return;
    }
    stopped = true;
    if (carrier != null && carrier.complaint() != null) {
      lastReason = carrier.complaint();
    }
    TransportException reason =
        new TransportException(
            TransportException.Kind.UNREACHABLE,
            "no answer from "
                + Channels.describe(address)
                + " within "
                + TimeUnit.NANOSECONDS.toMillis(timeoutNs)
                + " ms ("
                + lastReason
                + ")"
                + (lastReason.contains(": check")
                    ? ""
                    : ": check that the peer runs and its address"));
    if (carrier != null) {
      carrier.abort(reason.getMessage());
    }
    notifier.onUnreachable(address, reason);
  }
}
