// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.epoch.LostEpoch;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.link.SharedLink;
import io.pascaline.actors.party.LayerRoutes;
import io.pascaline.actors.party.PeerProxy;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A link of a client, which is party 1, and what a server keeps beside it. The fields that change
 * belong to the thread of the links.
 */
final class ClientPair {
  /** Epochs that are over and remembered; a dealer begins them one by one. */
  private static final int MAX_OVER = 64;

  private final Link client;
  private final UnreadMessages unread = new UnreadMessages();
  private final LayerRoutes routes = new LayerRoutes(unread::taken);
  private DealerLink dealer;
  private final Set<Long> over = new LinkedHashSet<>();
  private long openedEpoch = LinkMessage.NO_EPOCH;
  private long openedEnd;
  private long announcedEpoch = LinkMessage.NO_EPOCH;
  private long previousEpoch = LinkMessage.NO_EPOCH;
  private long earlyWords;

  ClientPair(Link client) {
    this.client = client;
  }

  Link client() {
    return client;
  }

  LayerRoutes routes() {
    return routes;
  }

  /** Returns the count of what the pair's party has not read. */
  UnreadMessages unread() {
    return unread;
  }

  /** Returns the link to the dealer as this pair's party sees it; null while there is none. */
  DealerLink dealerOrNull() {
    return dealer;
  }

  void dealer(Link linkOrNull) {
    dealer = linkOrNull == null ? null : new DealerLink(linkOrNull, client.peerHello().nonce());
  }

  /** Takes note of sessions that the client opens; false if their number is not the next one. */
  boolean noteOpened(LinkMessage.SessionOpen open) {
    if (open.epoch() != openedEpoch) {
      noteOver(openedEpoch);
      openedEpoch = open.epoch();
      openedEnd = 0;
    }
    boolean isNext = open.number() == openedEnd;
    openedEnd += open.imageCount();
    return isNext;
  }

  /** Returns whether an opening is of a session that the client has opened. */
  boolean isOpened(LinkMessage.MaskedTensor tensor) {
    return tensor.epoch() == openedEpoch && tensor.number() >= 0 && tensor.number() < openedEnd;
  }

  /**
   * Returns whether an opening is of an epoch that the client has left, or the dealer has followed
   * by another. The client need not know yet, and what is opened in advance is overtaken on its way
   * by the sessions of the next epoch.
   */
  boolean isOver(LinkMessage.MaskedTensor tensor) {
    return over.contains(tensor.epoch());
  }

  private void noteOver(long epoch) {
    if (epoch != LinkMessage.NO_EPOCH && over.add(epoch) && over.size() > MAX_OVER) {
      over.remove(over.iterator().next());
    }
  }

  /**
   * Returns whether an opening in advance is of the epoch that the dealer has announced last, and
   * of a number not further ahead than a session can be.
   */
  boolean isInReach(LinkMessage.MaskedTensor tensor) {
    long end = (tensor.epoch() == openedEpoch ? openedEnd : 0) + PartyEpoch.SESSIONS_AHEAD;
    return tensor.epoch() == announcedEpoch
        && tensor.epoch() != LinkMessage.NO_EPOCH
        && tensor.number() >= 0
        && tensor.number() < end;
  }

  /** The dealer has announced an epoch of this pair to the server. */
  void announced(long epoch) {
    if (epoch != announcedEpoch) {
      noteOver(announcedEpoch);
    }
    previousEpoch = announcedEpoch;
    announcedEpoch = epoch;
    earlyWords = 0;
  }

  /** Tells the client that its epoch, if it has one, ends here; see {@link PeerProxy}. */
  void endEpoch(AbortReason reason, String detail) {
    if (announcedEpoch != LinkMessage.NO_EPOCH) {
      client.send(PeerProxy.endOfEpoch(announcedEpoch, reason, detail));
    }
  }

  /**
   * Takes note of an opening, and returns how many words have come for epochs that the dealer has
   * not announced, since it last announced one. A client may hear of an epoch first, and may still
   * speak of the one that it has left; it cannot have more than a few openings for a new one.
   */
  long noteEarly(LinkMessage.MaskedTensor tensor) {
    if (tensor.epoch() != announcedEpoch && tensor.epoch() != previousEpoch) {
      earlyWords += tensor.words().length;
    }
    return earlyWords;
  }

  @Override
  public String toString() {
    return "ClientPair[" + client.peerIdentity() + "]";
  }

  /** The dealer, as the party of one pair sees it. */
  static final class DealerLink extends SharedLink {
    private final byte[] clientNonce;

    private DealerLink(Link dealer, byte[] clientNonce) {
      super(dealer);
      this.clientNonce = clientNonce;
    }

    /** Sends a message; of a lost epoch it says which client's it was. */
    @Override
    public boolean send(LinkMessage message) {
      return super.send(
          message instanceof LinkMessage.Failure failure && failure.code() == FailureCode.NOT_READY
              ? LostEpoch.of(clientNonce)
              : message);
    }
  }
}
