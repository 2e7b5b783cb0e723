// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.link.InboundFilter;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what happens at a server's links to the party that it is for: by the link if it is a
 * client's, by the epoch if it is the dealer's, whose one link serves all. Openings and corrections
 * of a running epoch go to their layer at once. Belongs to the thread of the links.
 *
 * <p>A client that deviates loses its link: one that opens numbers out of turn or too many at once,
 * sends openings of sessions that it has not opened, openings in advance out of reach, or many of
 * epochs that the dealer has not announced, or sends faster than its party reads. So what waits of
 * it here stays bounded.
 */
public final class ServerLinks implements InboundFilter {
  /** Announcements of epochs whose client has not come yet; the dealer is trusted not to flood. */
  private static final int MAX_ANNOUNCED = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ServerLinks.class);

  private final int maxUnread;
  private final int maxBatch;
  private final long maxEarlyWords;
  private final Map<Link, ClientPair> pairs = new HashMap<>();
  private final Map<ByteBuffer, ClientPair> byNonce = new HashMap<>();
  private final Map<Long, ClientPair> byEpoch = new HashMap<>();
  private final Map<ByteBuffer, LinkMessage.EpochStart> announced = new LinkedHashMap<>();
  private final RefusalLog refusals = new RefusalLog(System::nanoTime);
  private Link dealer;

  /**
   * Begins without links.
   *
   * @param maxUnread messages of one client that its party may not have read
   * @param maxBatch images in a session, as the server has told its clients
   * @param maxEarlyWords words of openings of epochs of which the dealer has not told the server
   */
  public ServerLinks(int maxUnread, int maxBatch, long maxEarlyWords) {
    this.maxUnread = maxUnread;
    this.maxBatch = maxBatch;
    this.maxEarlyWords = maxEarlyWords;
  }

  @Override
  public boolean handOver(Link link, LinkMessage message) {
    return link == dealer ? isDealersForMailbox(message) : isClientsForMailbox(link, message);
  }

  private boolean isDealersForMailbox(LinkMessage message) {
    if (message instanceof LinkMessage.EpochStart start) {
      ByteBuffer nonce = ByteBuffer.wrap(start.party1Nonce());
      if (!byNonce.containsKey(nonce)) {
        announced.remove(nonce); // The latest is the youngest.
        announced.put(nonce, start);
        if (announced.size() > MAX_ANNOUNCED) {
          announced.remove(announced.keySet().iterator().next());
        }
        return false;
      }
    } else if (message instanceof LinkMessage.Correction correction) {
      ClientPair pair = byEpoch.get(correction.epoch());
      if (pair == null) {
        return false;
      }
      pair.dealerOrNull().received(message);
      return !pair.routes().deliver(pair.dealerOrNull(), message);
    }
    return true;
  }

  private boolean isClientsForMailbox(Link link, LinkMessage message) {
    ClientPair pair = pairs.get(link);
    if (pair == null) {
      return false;
    }
    boolean isInTurn = true;
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      if (tensor.isInAdvance() && pair.isOver(tensor)) {
        return false; // Nobody needs it any more.
      }
      isInTurn =
          tensor.isInAdvance()
              ? pair.isInReach(tensor)
              : pair.isOpened(tensor) && pair.noteEarly(tensor) <= maxEarlyWords;
      if (isInTurn && pair.routes().deliver(link, message)) {
        return false;
      }
    } else if (message instanceof LinkMessage.SessionOpen open) {
      isInTurn = open.imageCount() <= maxBatch && pair.noteOpened(open);
    } else {
      isInTurn =
          message instanceof LinkMessage.RequestAbort || message instanceof LinkMessage.Failure;
    }
    if (!isInTurn) {
      refuse(pair, "the client sent a " + message.kind() + " that was not its turn");
      return false;
    }
    if (pair.unread().entered() > maxUnread) {
      refuse(pair, "the client sent more than " + maxUnread + " messages that are not read");
      return false;
    }
    return true;
  }

  /** Ends the epoch of a client that deviates with a reason, then its link. */
  private void refuse(ClientPair pair, String detail) {
    if (pair.client().isOpen()) {
      refusals.refused(LOG, pair.client().peerIdentity(), detail);
      pair.endEpoch(AbortReason.PROTOCOL_VIOLATION, detail);
      pair.client().close();
    }
  }

  /** Returns what the server is told of an event at a link. */
  public Server.Command command(LinkEvent event) {
    if (event instanceof LinkEvent.Received received) {
      return onReceived(received);
    }
    if (event instanceof LinkEvent.Closed closed) {
      return onClosed(closed.link(), closed.reason());
    }
    return onOpened(event.link());
  }

  private Server.Command onReceived(LinkEvent.Received received) {
    if (received.link() != dealer) {
      return new Server.OnPair(pairs.get(received.link()), received);
    }
    LinkMessage message = received.message();
    if (message instanceof LinkMessage.EpochStart start) {
      ClientPair pair = byNonce.get(ByteBuffer.wrap(start.party1Nonce()));
      enterEpoch(pair, start);
      return toParty(pair, start);
    }
    if (message instanceof LinkMessage.Correction correction) {
      return toParty(byEpoch.get(correction.epoch()), message);
    }
    return message instanceof LinkMessage.Failure failure
        ? new Server.DealerRefused(failure)
        : Server.Nothing.INSTANCE;
  }

  private void enterEpoch(ClientPair pair, LinkMessage.EpochStart start) {
    byEpoch.values().remove(pair);
    byEpoch.put(start.epoch(), pair);
    pair.announced(start.epoch());
  }

  private static Server.Command toParty(ClientPair pair, LinkMessage ofDealer) {
    pair.unread().entered();
    return new Server.OnPair(pair, new LinkEvent.Received(pair.dealerOrNull(), ofDealer));
  }

  private Server.Command onOpened(Link link) {
    if (link.peerHello().role() == Role.DEALER) {
      dealer = link;
      forgetEpochs();
      Map<ClientPair, LinkEvent> events = new HashMap<>();
      for (ClientPair pair : pairs.values()) {
        pair.dealer(link);
        events.put(pair, new LinkEvent.Opened(pair.dealerOrNull()));
      }
      return new Server.OnDealer(true, events);
    }
    if (link.peerHello().role() != Role.PARTY || link.peerHello().partyId() != 1) {
      link.close();
      return Server.Nothing.INSTANCE;
    }
    ClientPair pair = new ClientPair(link);
    pair.dealer(dealer);
    pairs.put(link, pair);
    ByteBuffer nonce = ByteBuffer.wrap(link.peerHello().nonce());
    byNonce.put(nonce, pair);
    LinkMessage.EpochStart start = announced.remove(nonce);
    if (start != null) {
      enterEpoch(pair, start);
    }
    return new Server.Joined(pair, pair.dealerOrNull(), start);
  }

  private Server.Command onClosed(Link link, String reason) {
    if (link == dealer) {
      dealer = null;
      forgetEpochs();
      Map<ClientPair, LinkEvent> events = new HashMap<>();
      for (ClientPair pair : pairs.values()) {
        events.put(pair, new LinkEvent.Closed(pair.dealerOrNull(), reason));
        pair.dealer(null);
      }
      return new Server.OnDealer(false, events);
    }
    ClientPair pair = pairs.remove(link);
    if (pair == null) {
      return Server.Nothing.INSTANCE;
    }
    byNonce.values().remove(pair);
    byEpoch.values().remove(pair);
    return new Server.Parted(pair, pair.dealerOrNull(), reason);
  }

  private void forgetEpochs() {
    byEpoch.clear();
    announced.clear();
  }
}
