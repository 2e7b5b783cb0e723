// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.client.CellAssignments.Assignment;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.ShareCounters;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.trace.MessageDecoded;
import io.pascaline.transport.trace.MessageEncoded;
import io.pascaline.transport.trace.MessageQueued;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A party behind its gateway, as the {@link Client} sees it: a link that is always open, whose
 * input shares are HTTP requests and whose answers are their responses. Thread-safe.
 */
public final class GatewayLink implements Link {
  /** Ends after which another cell may do better. */
  private static final Set<AbortReason> FAULTS_OF_A_CELL =
      EnumSet.of(
          AbortReason.PEER_LOST,
          AbortReason.DEALER_LOST,
          AbortReason.CLIENT_LOST,
          AbortReason.SHUTTING_DOWN,
          AbortReason.INTERNAL);

  /** Whose events a recording has. */
  private static final String CLIENT = "client";

  private final HttpGateway gateway;
  private final String path;
  private final String planDigest;
  private final CellAssignments cells;
  private final int outputWordCount;
  private final LinkMessage.Hello hello;
  private final ActorRef<Client.Command> client;
  private final ShareCounters counters = new ShareCounters();
  private final Map<RequestId, Unanswered> unanswered = new ConcurrentHashMap<>();
  private final Runnable onModelGone;
  private volatile boolean open = true;

  /** A request that has been sent, or waits for its cell. */
  private record Unanswered(
      CompletableFuture<Assignment> assigned, CompletableFuture<HttpGateway.Response> response) {}

  /**
   * Makes a link and tells the client's actor of it.
   *
   * @param gateway of the party
   * @param modelPath what shares are sent to, below the gateway's address
   * @param hello what the party would say of itself, with the digest of the plan that the client
   *     shares inputs for
   * @param outputWordCount how many words the share of an answer has
   * @param cells assigns requests to cells; the same for both parties
   * @param client told what happens on the link
   * @param onModelGone run when the gateway says that it does not serve that plan, before the
   *     client is told that its request has ended
   */
  public static GatewayLink open(
      HttpGateway gateway,
      String modelPath,
      LinkMessage.Hello hello,
      int outputWordCount,
      CellAssignments cells,
      ActorRef<Client.Command> client,
      Runnable onModelGone) {
    GatewayLink link =
        new GatewayLink(gateway, modelPath, hello, outputWordCount, cells, client, onModelGone);
    client.tell(new Client.OnLink(new LinkEvent.Opened(link)));
    return link;
  }

  private GatewayLink(
      HttpGateway gateway,
      String path,
      LinkMessage.Hello hello,
      int outputWordCount,
      CellAssignments cells,
      ActorRef<Client.Command> client,
      Runnable onModelGone) {
    this.cells = cells;
    this.onModelGone = onModelGone;
    this.gateway = gateway;
    this.path = path;
    this.hello = hello;
    this.outputWordCount = outputWordCount;
    this.client = client;
    planDigest = HexFormat.of().formatHex(hello.planDigest());
  }

  @Override
  public boolean send(LinkMessage message) {
    if (!open) {
      return false;
    }
    if (message instanceof LinkMessage.InputShare share) {
      ask(share);
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      // Nobody waits any more; the gateway notices that its client has gone.
      Unanswered waiting = unanswered.remove(abort.request());
      if (waiting != null) {
        waiting.response().cancel(true);
        ended(told(waiting.assigned()), abort.reason());
      }
    }
    return true;
  }

  private void ask(LinkMessage.InputShare share) {
    RequestId id = share.request();
    counters.sent(share);
    MessageQueued queued = MessageQueued.beginOrNull();
    if (queued != null) {
      queued.describe(CLIENT, peerName(), share);
      queued.commit();
    }
    CompletableFuture<Assignment> assigned = cells.of(id);
    CompletableFuture<HttpGateway.Response> response;
    try {
      response = Cancelling.after(assigned, to -> infer(share, to));
    } catch (IllegalArgumentException e) {
      // The gateway's description of the model led to a path that no request can have.
      tell(unreadable(id));
      return;
    }
    Unanswered waiting = new Unanswered(assigned, response);
    unanswered.put(id, waiting);
    response
        .handle(
            (answer, failed) -> {
              Assignment to = told(assigned);
              if (to.isDirect()) {
                return ofCell(id, to, answer, failed);
              }
              if (failed == null) {
                gateway.nextCell(answer).ifPresent(cells::offer);
              }
              if (failed == null ? gateway.lacksModel(answer) : gateway.lacksModel(failed)) {
                onModelGone.run();
              }
              return message(id, gateway, answer, failed);
            })
        // Whatever an answer does to its reader, the client must not wait for another.
        .exceptionally(fault -> unreadable(id))
        .thenAccept(
            message -> {
              if (unanswered.remove(id, waiting)) {
                if (message instanceof LinkMessage.OutputShare output) {
                  counters.received(output);
                } else if (message instanceof LinkMessage.RequestAbort abort) {
                  ended(told(assigned), abort.reason());
                }
                tell(message);
              }
            });
  }

  private static Assignment told(CompletableFuture<Assignment> assigned) {
    return assigned.exceptionally(none -> Assignment.NONE).getNow(Assignment.NONE);
  }

  private CompletableFuture<HttpGateway.Response> infer(
      LinkMessage.InputShare share, Assignment to) {
    MessageEncoded encoded = MessageEncoded.beginOrNull();
    CompletableFuture<HttpGateway.Response> response =
        to.gateway(gateway).infer(path, planDigest, outputWordCount, share, to.cell());
    if (encoded != null) {
      encoded.describe(CLIENT, peerName(), share);
      encoded.commit();
    }
    return response;
  }

  private LinkMessage message(
      RequestId id, HttpGateway from, HttpGateway.Response answerOrNull, Throwable failed) {
    MessageDecoded decoded = MessageDecoded.beginOrNull();
    LinkMessage message = from.message(id, answerOrNull, failed);
    if (decoded != null) {
      decoded.describe(CLIENT, peerName(), message);
      decoded.commit();
    }
    return message;
  }

  /** Returns what the own gateway of a cell's party says about a request. */
  private LinkMessage ofCell(
      RequestId id, Assignment to, HttpGateway.Response answerOrNull, Throwable failed) {
    HttpGateway own = to.gateway(gateway);
    LinkMessage message = message(id, own, answerOrNull, failed);
    if (message instanceof LinkMessage.OutputShare output) {
      if (output.words().length != outputWordCount) {
        String detail = peerName() + " sent an output of another length";
        return LinkMessage.RequestAbort.ofRequest(id, AbortReason.PROTOCOL_VIOLATION, detail, 0);
      }
      cells.answered(to);
      if (own.partyId() == 0) {
        cells.keep(to);
      }
    }
    if (failed != null ? own.isOutOfReach(failed) : own.isClosed(answerOrNull)) {
      // Its party has not begun, and the named gateway may reach it.
      String detail = ((LinkMessage.RequestAbort) message).detail();
      return LinkMessage.RequestAbort.ofRequest(id, AbortReason.SHUTTING_DOWN, detail, 0);
    }
    return message;
  }

  private void ended(Assignment to, AbortReason reason) {
    if (FAULTS_OF_A_CELL.contains(reason)) {
      cells.failed(to);
    } else if (reason == AbortReason.OVERLOADED && to.isDirect()) {
      cells.refused(to);
    } else if (reason != AbortReason.OVERLOADED && reason != AbortReason.CANCELLED) {
      // What answers a check may still be silent to requests, or answer what nobody can read.
      cells.lost(to);
    }
  }

  private LinkMessage unreadable(RequestId id) {
    return LinkMessage.RequestAbort.ofRequest(
        id,
        AbortReason.PROTOCOL_VIOLATION,
        peerName() + " describes or answers what this version cannot read",
        0);
  }

  private void tell(LinkMessage message) {
    client.tell(new Client.OnLink(new LinkEvent.Received(this, message)));
  }

  @Override
  public String peerName() {
    return "party " + gateway.partyId();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return hello;
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

  @Override
  public void close() {
    open = false;
    unanswered
        .keySet()
        .forEach(
            id ->
                unanswered.computeIfPresent(
                    id,
                    (request, waiting) -> {
                      waiting.response().cancel(true);
                      return null;
                    }));
  }

  /** Prints the party and its address. */
  @Override
  public String toString() {
    return peerName() + " at " + gateway.address();
  }
}
