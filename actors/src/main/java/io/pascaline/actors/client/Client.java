// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.InferenceException;
import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.metrics.Latencies;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A client of two parties. Splits each input into two random halves, sends one to each party and
 * adds the halves of the answer; nobody else ever holds both. Requests made before the parties are
 * there wait for them, up to their deadline; so do those that the parties refuse with a hint when
 * to try again, each time under a new name and in new halves.
 */
public final class Client extends AbstractBehavior<Client.Command> {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long FULL_LINK_RETRY_MS = 50;
  private static final int MAX_DOUBLINGS = 5;

  /** Multiples of it, modulo 1, lie evenly; no generator is needed to spread retries. */
  private static final double GOLDEN_RATIO = 0.6180339887498949;

  private final NetworkPlan plan;
  private final long timeoutMs;
  private final LongSupplier nanoClock;
  private final ClientCounters counters;
  private final Consumer<String> fatal;
  private final TimerScheduler<Command> timers;
  private final SecureRandom random = new SecureRandom();
  private final Link[] parties = new Link[2];
  private final Map<RequestId, Pending> pending = new LinkedHashMap<>();
  private double spread;
  private final List<CompletableFuture<Void>> connectionWaiters = new ArrayList<>();

  /** What a client is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /**
   * Asks for an inference.
   *
   * @param inputWords the input at the plan's input scale, as the plan's ring travels; ownership
   *     passes on
   * @param timeoutMs its deadline from now, at least 1; 0 for the client's own
   * @param result completed with the answer or an {@link InferenceException}
   */
  public record Infer(int[] inputWords, long timeoutMs, CompletableFuture<InferenceResult> result)
      implements Command {
    /** With the client's own deadline. */
    public Infer(int[] inputWords, CompletableFuture<InferenceResult> result) {
      this(inputWords, 0, result);
    }

    @Override
    public String toString() {
      return "Infer[words=" + inputWords.length + "]";
    }
  }

  /**
   * Asks to be told when both parties are connected.
   *
   * @param connected completed then
   */
  public record AwaitParties(CompletableFuture<Void> connected) implements Command {}

  private record Deadline(Pending pending) implements Command {}

  private record TryAgain(Pending pending) implements Command {}

  private static final class Pending {
    private final CompletableFuture<InferenceResult> result;
    private final long startNs;
    private final int[] inputWords;
    private final long timeoutMs;
    private RequestId request;
    private boolean sent;
    private boolean resting;
    private int refusals;
    private int[][] outputs;
    private long firstOutputNs;

    Pending(
        CompletableFuture<InferenceResult> result, long startNs, int[] inputWords, long timeoutMs) {
      this.timeoutMs = timeoutMs;
      this.result = result;
      this.startNs = startNs;
      this.inputWords = inputWords;
    }
  }

  /**
   * Creates a client; link events must be sent to it as {@link OnLink}.
   *
   * @param plan the public plan
   * @param timeoutMs deadline of each request
   * @param counters what it counts
   * @param fatal told once, in one line, when the parties will never serve this client
   */
  public static Behavior<Command> create(
      NetworkPlan plan, long timeoutMs, ClientCounters counters, Consumer<String> fatal) {
    return create(plan, timeoutMs, counters, fatal, System::nanoTime);
  }

  /**
   * Returns the same on another clock.
   *
   * @param nanoClock what latencies are measured with, in nanoseconds
   */
  public static Behavior<Command> create(
      NetworkPlan plan,
      long timeoutMs,
      ClientCounters counters,
      Consumer<String> fatal,
      LongSupplier nanoClock) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context ->
                    new Client(context, timers, plan, timeoutMs, counters, fatal, nanoClock)));
  }

  private Client(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NetworkPlan plan,
      long timeoutMs,
      ClientCounters counters,
      Consumer<String> fatal,
      LongSupplier nanoClock) {
    super(context);
    this.timers = timers;
    this.plan = plan;
    this.timeoutMs = timeoutMs;
    this.counters = counters;
    this.fatal = fatal;
    this.nanoClock = nanoClock;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLink.class, this::onLink)
        .onMessage(Infer.class, this::onInfer)
        .onMessage(Deadline.class, this::onDeadline)
        .onMessage(TryAgain.class, this::onTryAgain)
        .onMessage(AwaitParties.class, this::onAwaitParties)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onInfer(Infer message) {
    long ownMs = message.timeoutMs() == 0 ? timeoutMs : message.timeoutMs();
    Pending added =
        new Pending(message.result(), nanoClock.getAsLong(), message.inputWords(), ownMs);
    timers.startSingleTimer(added, new Deadline(added), Duration.ofMillis(ownMs));
    begin(added);
    return this;
  }

  private Behavior<Command> onTryAgain(TryAgain message) {
    if (pending.get(message.pending().request) == message.pending()) {
      pending.remove(message.pending().request);
      begin(message.pending());
    }
    return this;
  }

  /** Gives the request a name of its own and asks for it. */
  private void begin(Pending waiting) {
    waiting.request = new RequestId(random.nextLong(), random.nextLong());
    waiting.sent = false;
    waiting.resting = false;
    waiting.outputs = new int[2][];
    pending.put(waiting.request, waiting);
    sendOnceConnected(waiting);
  }

  private long leftMs(Pending waiting) {
    return waiting.timeoutMs - (nanoClock.getAsLong() - waiting.startNs) / NANOS_PER_MS;
  }

  private void sendOnceConnected(Pending waiting) {
    if (parties[0] == null || parties[1] == null || waiting.sent || waiting.resting) {
      return;
    }
    waiting.sent = true;
    long sharingNs = nanoClock.getAsLong();
    Share[] shares = plan.ring().split(plan.inputShape(), waiting.inputWords, random);
    long leftMs = Math.max(1, leftMs(waiting));
    for (int party = 0; party < parties.length; party++) {
      boolean sent =
          parties[party].send(
              new LinkMessage.InputShare(
                  waiting.request, leftMs, plan.ring().words(shares[party])));
      if (!sent) {
        refused(
            waiting,
            AbortReason.OVERLOADED,
            "the link to the parties is full: try again later",
            FULL_LINK_RETRY_MS);
        return;
      }
    }
    counters.latencies().listener().phase(Latencies.Phase.INPUT, nanoClock.getAsLong() - sharingNs);
  }

  private Behavior<Command> onLink(OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(Link link) {
    LinkMessage.Hello hello = link.peerHello();
    if (hello.role() != Role.PARTY || hello.partyId() < 0 || hello.partyId() > 1) {
      link.close();
      return;
    }
    getContext().getLog().info("the link to {} opened", link.peerName());
    counters.linkOpened(link);
    parties[hello.partyId()] = link;
    if (parties[0] != null && parties[1] != null) {
      connectionWaiters.forEach(waiter -> waiter.complete(null));
      connectionWaiters.clear();
      List.copyOf(pending.values()).forEach(this::sendOnceConnected);
    }
  }

  private void onClosed(Link link, String reason) {
    getContext().getLog().info("the link to {} closed: {}", link.peerName(), reason);
    counters.linkClosed(link);
    for (int party = 0; party < parties.length; party++) {
      if (parties[party] == link) {
        parties[party] = null;
        String detail = "party " + party + " is gone (" + reason + "): try again later";
        for (Pending waiting : List.copyOf(pending.values())) {
          if (waiting.sent && !waiting.resting) {
            fail(waiting.request, AbortReason.PEER_LOST, detail);
          }
        }
      }
    }
  }

  private void onReceived(Link link, LinkMessage message) {
    int party = link.peerHello().partyId();
    if (party < 0 || party > 1 || parties[party] != link) {
      return;
    }
    if (message instanceof LinkMessage.OutputShare output) {
      onOutputShare(party, output);
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      onAbort(abort);
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(failure);
    }
  }

  private void onAbort(LinkMessage.RequestAbort abort) {
    Pending waiting = pending.get(abort.request());
    if (waiting != null && !waiting.resting) {
      refused(waiting, abort.reason(), abort.detail(), abort.retryAfterMs());
    }
  }

  /**
   * Tries a refused request again when the party says, and later each time, if its deadline leaves
   * room for that; ends it otherwise. What had begun is not asked for again.
   */
  private void refused(Pending waiting, AbortReason reason, String detail, long retryAfterMs) {
    boolean wasRefused = reason == AbortReason.OVERLOADED || reason == AbortReason.SHUTTING_DOWN;
    if (!wasRefused || retryAfterMs == 0) {
      fail(waiting.request, reason, detail);
      return;
    }
    long waitMs = waitMs(retryAfterMs, waiting);
    if (waitMs >= leftMs(waiting)) {
      end(waiting, new InferenceException(reason, detail, retryAfterMs));
      return;
    }
    cancelAtParties(waiting.request, AbortReason.CANCELLED);
    counters.triedAgain();
    waiting.resting = true;
    waiting.refusals++;
    waiting.outputs = new int[2][];
    timers.startSingleTimer(waiting.request, new TryAgain(waiting), Duration.ofMillis(waitMs));
  }

  /** Doubles with each refusal, and spreads those who were refused together. */
  private long waitMs(long retryAfterMs, Pending waiting) {
    long grown = retryAfterMs << Math.min(waiting.refusals, MAX_DOUBLINGS);
    spread += GOLDEN_RATIO;
    spread -= Math.floor(spread);
    return Math.max(retryAfterMs, (long) (grown * (0.5 + spread)));
  }

  private void onFailure(LinkMessage.Failure failure) {
    fatal.accept(failure.detail());
    for (RequestId request : List.copyOf(pending.keySet())) {
      fail(request, AbortReason.PEER_LOST, failure.detail());
    }
    connectionWaiters.forEach(
        waiter ->
            waiter.completeExceptionally(
                new InferenceException(AbortReason.PEER_LOST, failure.detail())));
    connectionWaiters.clear();
  }

  private void onOutputShare(int party, LinkMessage.OutputShare output) {
    RequestId request = output.request();
    Pending waiting = pending.get(request);
    if (waiting == null || waiting.resting) {
      return;
    }
    if (output.words().length != plan.outputWordCount()) {
      fail(
          request,
          AbortReason.PROTOCOL_VIOLATION,
          "party " + party + " sent an output of another length");
      return;
    }
    if (waiting.outputs[1 - party] == null) {
      waiting.firstOutputNs = nanoClock.getAsLong();
    }
    waiting.outputs[party] = output.words();
    if (waiting.outputs[0] != null && waiting.outputs[1] != null) {
      int[] words = plan.ring().sum(waiting.outputs[0], waiting.outputs[1]);
      long nowNs = nanoClock.getAsLong();
      long latencyNs = nowNs - waiting.startNs;
      forget(waiting);
      counters.requestAnswered();
      Latencies latencies = counters.latencies().listener();
      latencies.phase(Latencies.Phase.OUTPUT, nowNs - waiting.firstOutputNs);
      latencies.phase(Latencies.Phase.WHOLE, latencyNs);
      waiting.result.complete(new InferenceResult(plan.decodeOutput(words), words, latencyNs));
    }
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    InferenceException closed =
        new InferenceException(AbortReason.SHUTTING_DOWN, "the client was closed");
    pending.values().forEach(waiting -> waiting.result.completeExceptionally(closed));
    pending.clear();
    connectionWaiters.forEach(waiter -> waiter.completeExceptionally(closed));
    connectionWaiters.clear();
    return this;
  }

  private Behavior<Command> onDeadline(Deadline message) {
    boolean connected = parties[0] != null && parties[1] != null;
    long waitedMs = message.pending().timeoutMs;
    String detail =
        connected
            ? "the parties gave no answer within " + waitedMs + " ms: is the dealer running?"
            : "not both parties were there within " + waitedMs + " ms: start them first";
    fail(message.pending().request, AbortReason.DEADLINE, detail);
    return this;
  }

  private Behavior<Command> onAwaitParties(AwaitParties message) {
    if (parties[0] != null && parties[1] != null) {
      message.connected().complete(null);
    } else {
      connectionWaiters.add(message.connected());
    }
    return this;
  }

  private void fail(RequestId request, AbortReason reason, String detail) {
    Pending failed = pending.get(request);
    if (failed != null) {
      end(failed, new InferenceException(reason, detail));
    }
  }

  private void end(Pending failed, InferenceException reason) {
    forget(failed);
    counters.requestFailed(reason.reason());
    cancelAtParties(
        failed.request,
        reason.reason() == AbortReason.PEER_LOST ? AbortReason.PEER_LOST : AbortReason.CANCELLED);
    failed.result.completeExceptionally(reason);
  }

  /** Ends a request at the parties; the reason tells a party that is left why. */
  private void cancelAtParties(RequestId request, AbortReason reason) {
    for (Link party : parties) {
      if (party != null) {
        party.send(
            new LinkMessage.RequestAbort(
                LinkMessage.NO_EPOCH,
                LinkMessage.NO_SESSION,
                request,
                reason,
                "the client has ended the request"));
      }
    }
  }

  private void forget(Pending ended) {
    pending.remove(ended.request);
    timers.cancel(ended.request);
    timers.cancel(ended);
  }
}
