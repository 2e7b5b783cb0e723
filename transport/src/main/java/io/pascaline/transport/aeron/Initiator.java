// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.PinnedPeers;

/**
 * Keeps a link to one address: dials, and dials again with a growing pause. Belongs to the node's
 * agent.
 */
final class Initiator {
  private static final long MIN_PAUSE_NS = 20_000_000L;
  private static final long MAX_PAUSE_NS = 1_000_000_000L;

  private final NodeAgent node;
  private final TransportContext context;
  private final LinkAddress peer;
  private final PinnedPeers.Peer identity;
  private final long startNs;
  private AeronCarrier link;
  private Conversation lost;
  private long pauseNs = MIN_PAUSE_NS;
  private long retryAtNs;
  private String lastReason = "it does not listen";
  private boolean everOpened;
  private boolean stopped;

  Initiator(
      NodeAgent node,
      TransportContext context,
      LinkAddress peer,
      PinnedPeers.Peer identityOrNull,
      long nowNs) {
    this.node = node;
    this.context = context;
    this.peer = peer;
    this.identity = identityOrNull;
    this.startNs = nowNs;
    this.retryAtNs = nowNs;
  }

  LinkAddress peer() {
    return peer;
  }

  boolean isStopped() {
    return stopped;
  }

  int doWork(long nowNs) {
    if (link == null) {
      if (nowNs - retryAtNs < 0) {
        checkTimeout(nowNs);
        return 0;
      }
      link = node.dial(peer, identity, lost != null && lost.isSuspended() ? lost : null, nowNs);
      return 1;
    }
    everOpened |= link.hasOpened();
    if (link.isClosed()) {
      onClosed(nowNs);
      return 1;
    }
    checkTimeout(nowNs);
    return 0;
  }

  private void onClosed(long nowNs) {
    if (link.isRefused()) {
      stopped = true;
      return;
    }
    pauseNs = link.hasOpened() ? MIN_PAUSE_NS : Math.min(MAX_PAUSE_NS, 2 * pauseNs);
    retryAtNs = nowNs + pauseNs;
    lastReason = link.complaint();
    if (link.link() != null) {
      lost = link.link();
    }
    link = null;
  }

  private void checkTimeout(long nowNs) {
    long timeoutNs = context.connectTimeoutNs();
    if (everOpened || timeoutNs == 0 || nowNs - startNs < timeoutNs) {
      return;
    }
    stopped = true;
    if (link != null && link.complaint() != null) {
      lastReason = link.complaint();
    }
    TransportException reason =
        new TransportException(
            TransportException.Kind.UNREACHABLE,
            "no answer from "
                + Channels.describe(peer)
                + " within "
                + timeoutNs / 1_000_000
                + " ms ("
                + lastReason
                + ")"
                + (lastReason.contains(": check")
                    ? ""
                    : ": check that the peer runs and its address"));
    if (link != null) {
      link.abort(reason.getMessage());
    }
    node.notifyUnreachable(peer, reason);
  }
}
