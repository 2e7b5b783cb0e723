// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.link.ShareCounters;
import io.pascaline.actors.role.Hellos;
import io.pascaline.gateway.http.Problem;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A client of a gateway as its party sees it: a link like any other client's, whose identity is the
 * token's client. So its requests pass the party's gate, quotas and deadlines. One link carries all
 * requests of a client. Thread-safe.
 */
final class ClientLink implements Link {
  private final String client;
  private final LinkMessage.Hello hello;
  private final LinkListener party;
  private final ShareCounters counters = new ShareCounters();
  private final Map<RequestId, CompletableFuture<LinkMessage>> unanswered =
      new ConcurrentHashMap<>();
  private volatile boolean open = true;

  private ClientLink(String client, byte[] planDigest, LinkListener party) {
    this.client = client;
    this.party = party;
    hello = Hellos.client(planDigest);
  }

  /** Opens the link of a client at its party. */
  static ClientLink open(String client, byte[] planDigest, LinkListener party) {
    ClientLink link = new ClientLink(client, planDigest, party);
    party.onOpened(link);
    return link;
  }

  /**
   * Gives the party a share.
   *
   * @return an output share, or an abort with a reason; fails with a {@link Refusal} if the link
   *     ends before. It need not complete if the party has crashed
   */
  synchronized CompletionStage<LinkMessage> ask(LinkMessage.InputShare share) {
    RequestId id = share.request();
    CompletableFuture<LinkMessage> answer = new CompletableFuture<>();
    if (unanswered.putIfAbsent(id, answer) != null) {
      return CompletableFuture.completedFuture(
          RequestAbort.ofRequest(id, AbortReason.PROTOCOL_VIOLATION, "the id is in use", 0));
    }
    if (open) {
      counters.received(share);
      party.onMessage(this, share);
    } else {
      unanswered.remove(id);
      answer.completeExceptionally(new Refusal(Problems.lost()));
    }
    return answer;
  }

  /** Ends a request whose client has gone, here and at the party; void if it is answered. */
  synchronized void cancel(RequestId id, AbortReason reason) {
    if (fail(id, reason) && open) {
      party.onMessage(
          this, RequestAbort.ofRequest(id, reason, "the client has ended the request", 0));
    }
  }

  private boolean fail(RequestId id, AbortReason reason) {
    CompletableFuture<LinkMessage> waiting = unanswered.remove(id);
    return waiting != null
        && waiting.complete(RequestAbort.ofRequest(id, reason, "the request has ended", 0));
  }

  @Override
  public boolean send(LinkMessage message) {
    if (message instanceof LinkMessage.OutputShare output) {
      CompletableFuture<LinkMessage> waiting = unanswered.remove(output.request());
      if (waiting == null) {
        return false;
      }
      counters.sent(output);
      return waiting.complete(output);
    }
    if (message instanceof RequestAbort abort) {
      CompletableFuture<LinkMessage> waiting = unanswered.remove(abort.request());
      return waiting != null && waiting.complete(abort);
    }
    return open;
  }

  /** The party ends the link: what is unanswered ends with it. */
  @Override
  public void close() {
    close("closed", Problems.lost());
  }

  /**
   * Ends the link; void if it has ended. Nothing reaches the party after its end.
   *
   * @param reason for the party's log
   * @param problem what clients are told whose requests are unanswered
   */
  void close(String reason, Problem problem) {
    List<CompletableFuture<LinkMessage>> ending;
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
      ending = List.copyOf(unanswered.values());
      unanswered.clear();
    }
    // Before the party knows, which has a reason of its own for the end of a request.
    ending.forEach(waiting -> waiting.completeExceptionally(new Refusal(problem)));
    party.onClosed(this, reason);
  }

  @Override
  public String peerName() {
    return "client " + client;
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return hello;
  }

  @Override
  public String peerIdentity() {
    return Entrances.TOKEN_IDENTITY_PREFIX + client;
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  /** Prints the client's name. */
  @Override
  public String toString() {
    return peerName();
  }
}
