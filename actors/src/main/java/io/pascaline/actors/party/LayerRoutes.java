// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Brings openings, corrections and the peer's credit of the running epoch from a link's thread to
 * their layer, past the party's mailbox. The party opens the route when it has entered an epoch and
 * replayed what came early, and closes it when the epoch ends or a link is lost; whatever does not
 * belong on the route goes to the party as any message does.
 *
 * <p>No tensor overtakes another: while a tensor that came before is still in the party's mailbox,
 * the next one goes there too. Thread-safe.
 */
public final class LayerRoutes {
  /**
   * How many numbers a route remembers: as many as can be in flight. Two numbers with the same low
   * bits share a place. So the party may be told of a number more than once, which changes nothing.
   * A server has one such array for each client.
   */
  private static final int NUMBERS = PartyLimits.MAX_COUNT;

  /** Tensors that were given to the party's mailbox and not taken out of it. */
  private final AtomicLong atParty = new AtomicLong();

  private final Runnable onTaken;
  private volatile Route route;

  /**
   * Where the links' tensors go.
   *
   * @param dealerOrNull null once the dealer is lost
   * @param told numbers of which the party has heard that the peer opened them, by their low bits;
   *     for the thread of the peer's link
   */
  private record Route(
      Link peer,
      Link dealerOrNull,
      EpochLayers layers,
      ActorRef<Party.Command> party,
      long[] told) {

    boolean deliver(Link link, LinkMessage message) {
      if (message instanceof LinkMessage.MaskedTensor opening) {
        if (link == peer && layers.deliver(opening)) {
          if (!opening.isInAdvance()) {
            confirm(opening.number());
          }
          return true;
        }
        return false;
      }
      if (message instanceof LinkMessage.Credit) {
        return link == peer && layers.deliver(message);
      }
      return link == dealerOrNull
          && message instanceof LinkMessage.Correction correction
          && layers.deliver(correction);
    }

    private void confirm(long number) {
      if (number >= 0 && told[(int) (number % NUMBERS)] != number) {
        told[(int) (number % NUMBERS)] = number;
        party.tell(new Party.PeerOpened(layers.epoch().epoch(), number));
      }
    }
  }

  /** Begins without a route. */
  public LayerRoutes() {
    this(() -> {});
  }

  /**
   * Begins without a route.
   *
   * @param onTaken told of each message that the party has taken out of its mailbox and done with
   */
  public LayerRoutes(Runnable onTaken) {
    this.onTaken = onTaken;
  }

  /**
   * Takes a message to its layer; for the links' threads.
   *
   * @return false if the message has to go to the party
   */
  public boolean deliver(Link link, LinkMessage message) {
    if (!isForLayers(link, message)) {
      return false;
    }
    Route current = route;
    if (current != null && atParty.get() == 0 && current.deliver(link, message)) {
      return true;
    }
    atParty.incrementAndGet();
    return false;
  }

  /** The party has taken a message out of its mailbox and done with it. */
  void taken(Link link, LinkMessage message) {
    onTaken.run();
    if (isForLayers(link, message)) {
      atParty.decrementAndGet();
    }
  }

  private static boolean isForLayers(Link link, LinkMessage message) {
    return message instanceof LinkMessage.MaskedTensor || message instanceof LinkMessage.Credit
        ? link.peerHello().role() == Role.PARTY
        : message instanceof LinkMessage.Correction && link.peerHello().role() == Role.DEALER;
  }

  /** Opens the route of an epoch whose early messages have been replayed; for the party's actor. */
  void open(Link peer, Link dealer, EpochLayers layers, ActorRef<Party.Command> party) {
    long[] told = new long[NUMBERS];
    Arrays.fill(told, LinkMessage.NO_SESSION);
    route = new Route(peer, dealer, layers, party, told);
  }

  /** The dealer's link is lost or another: what still comes from it is the party's business. */
  void dealerLost() {
    Route current = route;
    if (current != null) {
      route = new Route(current.peer, null, current.layers, current.party, current.told);
    }
  }

  /** Closes the route: the epoch ends. */
  void close() {
    route = null;
  }
}
