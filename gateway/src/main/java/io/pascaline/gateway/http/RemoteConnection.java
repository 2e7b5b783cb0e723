// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.stream.KillSwitch;

/** One connection of a remote: since when it is idle, and what ends with it. Thread-safe. */
public final class RemoteConnection {
  private static final int IPV6_NETWORK_BYTES = 8;

  private final InetAddress address;
  private final Set<Runnable> whenLost = ConcurrentHashMap.newKeySet();
  private boolean answering;
  private boolean hasAnsweredLast;
  private boolean hasAsked;
  private boolean lost;
  private int headBytes;
  private long idleSinceNs;
  private KillSwitch killSwitch;

  RemoteConnection(InetAddress address, long nowNs) {
    this.address = address;
    idleSinceNs = nowNs;
  }

  /** Returns where the remote is. */
  public InetAddress address() {
    return address;
  }

  /**
   * Names the address for limits: of IPv6 the network of 64 bits, all of which one host may use.
   */
  String site() {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, IPV6_NETWORK_BYTES));
  }

  /**
   * Runs something if the remote goes while its request is being answered; at once if it has gone.
   *
   * @return takes that back
   */
  public Runnable whenLost(Runnable action) {
    synchronized (this) {
      if (!lost) {
        whenLost.add(action);
        return () -> whenLost.remove(action);
      }
    }
    action.run();
    return () -> {};
  }

  synchronized void started(KillSwitch switchOfConnection) {
    killSwitch = switchOfConnection;
  }

  /** A whole request head has come. */
  synchronized void asked() {
    answering = true;
    hasAsked = true;
  }

  /**
   * Notes that an answer is sent.
   *
   * @param isLast whether it is the last one of the connection; bytes that follow are not a head
   */
  synchronized void answered(long nowNs, boolean isLast) {
    answering = false;
    hasAnsweredLast = isLast;
    headBytes = 0;
    idleSinceNs = nowNs;
  }

  /**
   * Part of a request has come; ends the connection if it is of a head that is too large.
   *
   * @return whether it may be read
   */
  boolean received(int byteCount) {
    KillSwitch ending = null;
    synchronized (this) {
      if (answering || hasAnsweredLast) {
        return true;
      }
      headBytes += byteCount;
      if (headBytes <= HttpFrontSettings.MAX_HEAD_BYTES + PlaintextPieces.INBOUND_BYTES) {
        return true;
      }
      ending = killSwitch;
    }
    if (ending != null) {
      ending.abort(new IllegalStateException("the head of a request is too large"));
    }
    return false;
  }

  /** Part of an answer has gone out. */
  synchronized void sent(long nowNs) {
    idleSinceNs = nowNs;
  }

  /** Nothing more comes from the remote. */
  void lost() {
    List<Runnable> actions;
    synchronized (this) {
      lost = true;
      actions = new ArrayList<>(whenLost);
      whenLost.clear();
    }
    actions.forEach(Runnable::run);
  }

  /** Ends the connection if it has been idle for too long. */
  void endIfIdle(long nowNs, long firstNs, long furtherNs) {
    KillSwitch ending = null;
    synchronized (this) {
      if (!answering && nowNs - idleSinceNs > (hasAsked ? furtherNs : firstNs)) {
        ending = killSwitch;
      }
    }
    if (ending != null) {
      ending.abort(new TimeoutException("idle"));
    }
  }
}
