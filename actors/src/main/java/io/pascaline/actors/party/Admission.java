// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.party.RequestState.Stage;
import io.pascaline.actors.party.RequestTable.Request;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;

/**
 * Decides whether a party takes a client's share: one id for one request, no more images in one
 * than a session carries, no more images in all than there are slots, no more of one client than
 * its quota, and no new ones once the party drains. Stands behind the {@link InputGate}, which
 * bounds what waits unread. Owned by the party's actor; not thread-safe.
 */
final class Admission {
  private final PartySettings settings;
  private final RequestTable table;
  private final ClientQuotas quotas;
  private int maxBatch;
  private final int maxImages;
  private boolean draining;

  /** The peer has numbered the requests below when this party began to drain: it takes those. */
  private long drainEnd;

  Admission(PartySettings settings, RequestTable table) {
    this.settings = settings;
    this.table = table;
    // Party 0 decides; party 1 may still be at work on what party 0 has finished. A client that is
    // party 1 decides for itself, and party 0 for the client.
    int times = 1 + settings.partyId();
    maxBatch = settings.capacity().maxBatch();
    maxImages = settings.capacity().maxRequests() * times;
    quotas =
        new ClientQuotas(
            settings.capacity().clientQuota(),
            times,
            settings.capacity().limits().retryAfterMs(),
            settings.nanoClock());
  }

  /** The peer may have said how many images it takes in a session: this party takes no more. */
  void peerFound(LinkMessage.Hello peer) {
    maxBatch = settings.maxBatchWith(peer);
  }

  /** Returns how many images a session may have. */
  int maxBatch() {
    return maxBatch;
  }

  /**
   * Decides about a share, and charges its client's quota if it is taken.
   *
   * @return what to tell the client; null if the share is taken
   */
  RequestAbort refusalOrNull(ClientKey client, RequestId id, int wordCount) {
    int expected = settings.model().plan().inputWordCount();
    int imageCount = imageCount(wordCount);
    Request known = table.byId(id);
    boolean isAnnounced = known != null && known.stage() == Stage.AWAITING_SHARE;
    if (imageCount == 0 || (known != null && !isAnnounced) || table.wasNumbered(id)) {
      String detail = "each image has " + expected + " words, and a request an id of its own";
      return RequestAbort.ofRequest(id, AbortReason.PROTOCOL_VIOLATION, detail, 0);
    }
    String party = "party " + settings.partyId();
    if (imageCount > maxBatch) {
      String detail = party + " takes " + maxBatch + " images in a session, not " + imageCount;
      return RequestAbort.ofRequest(id, AbortReason.BATCH_TOO_LARGE, detail, 0);
    }
    if (isAnnounced && known.imageCount() != imageCount) {
      String detail = "the other party got " + known.imageCount() + " images, not " + imageCount;
      return RequestAbort.ofRequest(id, AbortReason.PROTOCOL_VIOLATION, detail, 0);
    }
    long retryAfterMs = settings.capacity().limits().retryAfterMs();
    if (draining && !(isAnnounced && isAwaitedInDrain(known))) {
      String detail = party + " is about to stop";
      return RequestAbort.ofRequest(id, AbortReason.SHUTTING_DOWN, detail, retryAfterMs);
    }
    if (table.imagesWithShare() + imageCount > maxImages) {
      String detail = party + " has " + table.imagesWithShare() + " inferences: try again later";
      return RequestAbort.ofRequest(id, AbortReason.OVERLOADED, detail, retryAfterMs);
    }
    long quotaMs = quotas.charge(client, imageCount);
    if (quotaMs > 0) {
      String detail = party + " takes no more from one client: ask for less at a time";
      return RequestAbort.ofRequest(id, AbortReason.OVERLOADED, detail, quotaMs);
    }
    return null;
  }

  /** Returns how many images a number of words is; 0 if it is no multiple of an image's. */
  private int imageCount(int wordCount) {
    int words = settings.model().plan().inputWordCount();
    return wordCount % words == 0 ? wordCount / words : 0;
  }

  /** A request whose share was taken is over. */
  void release(Request request) {
    quotas.release(request.owner(), request.imageCount());
  }

  /** Takes no new request from now on. */
  void drain() {
    if (!draining) {
      draining = true;
      drainEnd = table.nextNumber();
    }
  }

  /** Numbers count from 0 again. */
  void epochEnded() {
    drainEnd = 0;
  }

  /** Returns whether the party drains and nothing is left that it has taken or awaits. */
  boolean isDrained() {
    return draining
        && table.imagesWithShare() == 0
        && table.all().stream().noneMatch(this::isAwaitedInDrain);
  }

  private boolean isAwaitedInDrain(Request request) {
    return request.stage() == Stage.AWAITING_SHARE && request.sessionOrNull().number() < drainEnd;
  }
}
