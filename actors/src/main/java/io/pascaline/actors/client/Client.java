// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RoleLog;
import io.pascaline.actors.metrics.Latencies;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A client of two parties. Splits each input into two random shares, sends one to each party and
 * adds the shares of the answer; nobody else ever holds both. A client that is party 1 itself asks
 * that party alone. A request is of one image or more, which the parties run as one session: all of
 * them are answered, or none is. Every request gets one {@link Reply}, at its deadline at the
 * latest. Requests made before the parties are connected wait for them; ends that may pass are
 * retried by {@link Retries}.
 */
public final class Client extends AbstractBehavior<Client.Command> {
  private static final long NANOS_PER_MS = 1_000_000;

  /** Of a wait that has timed out the client is not told. */
  private static final int MAX_WAITERS = 256;

  /** Multiples of it, modulo 1, lie evenly; no generator is needed to spread retries. */
  private static final double GOLDEN_RATIO = 0.6180339887498949;

  private final NetworkPlan plan;
  private final long timeoutMs;
  private final Retries retries;
  private final LongSupplier nanoClock;
  private final ClientCounters counters;
  private final Consumer<String> fatal;
  private final TimerScheduler<Command> timers;
  private final SecureRandom random = new SecureRandom();
  private final AskedParties parties;
  private final Map<RequestId, Pending> pending = new LinkedHashMap<>();
  private double spread;
  private final List<ActorRef<Reply>> connectionWaiters = new ArrayList<>();

  /** What a client is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /**
   * Asks for inferences, in one session.
   *
   * @param inputs at least one image, each as words of the plan's input; ownership passes on
   * @param timeoutMs its deadline from now, at least 1; 0 for the client's own
   * @param replyTo gets {@link Answered} or {@link Failed}
   */
  public record Infer(List<int[]> inputs, long timeoutMs, ActorRef<Reply> replyTo)
      implements Command {
    /** Copies the list, which must not be empty. */
    public Infer {
      inputs = List.copyOf(inputs);
      if (inputs.isEmpty()) {
        throw new IllegalArgumentException("inputs must be at least one: 0");
      }
    }

    /** Asks for one inference. */
    public Infer(int[] inputWords, long timeoutMs, ActorRef<Reply> replyTo) {
      this(List.of(inputWords), timeoutMs, replyTo);
    }

    @Override
    public String toString() {
      return "Infer[images=" + inputs.size() + "]";
    }
  }

  /**
   * Asks to be told when both parties are connected. If too many wait for that, the oldest fails.
   *
   * @param replyTo gets {@link Connected}, or {@link Failed} if they never will be
   */
  public record AwaitParties(ActorRef<Reply> replyTo) implements Command {}

  /** What a client replies. */
  public sealed interface Reply {}

  /**
   * The answer.
   *
   * @param request the id under which the parties were asked
   * @param outputs of each image the words at the plan's output scale, as the plan's ring travels
   * @param latencyNs from the request to the reconstructed outputs
   */
  public record Answered(RequestId request, List<int[]> outputs, long latencyNs) implements Reply {
    @Override
    public String toString() {
      return "Answered[images=" + outputs.size() + "]";
    }
  }

  /**
   * There is no answer.
   *
   * @param reason why, for programs
   * @param detail why, in one line for people
   * @param retryAfterMs after how long to try again; 0 says nothing about it
   */
  public record Failed(AbortReason reason, String detail, long retryAfterMs) implements Reply {}

  /** Both parties are connected. */
  public enum Connected implements Reply {
    /** The only one. */
    INSTANCE
  }

  private record Deadline(Pending pending) implements Command {}

  private record Retry(Pending pending) implements Command {}

  private static final class Pending {
    private final ActorRef<Reply> replyTo;
    private final long startNs;
    private final List<int[]> inputs;
    private final long timeoutMs;
    private RequestId request;
    private boolean sent;
    private boolean resting;
    private int attempts;
    private int ends;
    private Failed lateRefusalOrNull;
    private int[][] outputs = new int[0][];
    private long firstOutputNs;

    Pending(ActorRef<Reply> replyTo, long startNs, List<int[]> inputs, long timeoutMs) {
      this.replyTo = replyTo;
      this.startNs = startNs;
      this.inputs = inputs;
      this.timeoutMs = timeoutMs;
    }

    boolean isWithoutOutput() {
      return Arrays.stream(outputs).allMatch(Objects::isNull);
    }

    boolean hasAllOutputs() {
      return Arrays.stream(outputs).noneMatch(Objects::isNull);
    }
  }

  /** Creates a client; link events must be sent to it as {@link OnLink}. */
  public static Behavior<Command> create(ClientSettings settings) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Client(context, timers, settings)));
  }

  private Client(
      ActorContext<Command> context, TimerScheduler<Command> timers, ClientSettings settings) {
    super(context);
    this.timers = timers;
    this.plan = settings.plan();
    this.parties = AskedParties.of(settings.asked(), plan);
    this.timeoutMs = settings.timeoutMs();
    this.retries = settings.retries();
    this.nanoClock = settings.nanoClock();
    this.counters = settings.counters();
    this.fatal = settings.fatal();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLink.class, this::onLink)
        .onMessage(Infer.class, this::onInfer)
        .onMessage(Deadline.class, this::onDeadline)
        .onMessage(Retry.class, this::onRetry)
        .onMessage(AwaitParties.class, this::onAwaitParties)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onInfer(Infer message) {
    long ownMs = message.timeoutMs() == 0 ? timeoutMs : message.timeoutMs();
    Pending added = new Pending(message.replyTo(), nanoClock.getAsLong(), message.inputs(), ownMs);
    timers.startSingleTimer(added, new Deadline(added), Duration.ofMillis(ownMs));
    begin(added);
    return this;
  }

  private Behavior<Command> onRetry(Retry message) {
    if (pending.get(message.pending().request) == message.pending()) {
      pending.remove(message.pending().request);
      begin(message.pending());
    }
    return this;
  }

  /** Gives the request an id of its own and asks for it. */
  private void begin(Pending waiting) {
    waiting.request = new RequestId(random.nextLong(), random.nextLong());
    waiting.sent = false;
    waiting.resting = false;
    waiting.attempts++;
    waiting.outputs = new int[parties.count()][];
    pending.put(waiting.request, waiting);
    sendOnceConnected(waiting);
  }

  private long leftMs(Pending waiting) {
    return waiting.timeoutMs - (nanoClock.getAsLong() - waiting.startNs) / NANOS_PER_MS;
  }

  private void sendOnceConnected(Pending waiting) {
    if (!parties.areAllHere() || waiting.sent || waiting.resting) {
      return;
    }
    int max = parties.maxBatch();
    if (waiting.inputs.size() > max) {
      end(waiting, tooLarge(waiting.inputs.size(), max));
      return;
    }
    waiting.sent = true;
    long sharingNs = nanoClock.getAsLong();
    long leftMs = Math.max(1, leftMs(waiting));
    if (!parties.sendInputs(waiting.request, leftMs, waiting.inputs)) {
      String detail = "the link to the parties is full: try again later";
      fail(waiting, new Failed(AbortReason.OVERLOADED, detail, 0));
      return;
    }
    counters.latencies().listener().phase(Latencies.Phase.INPUT, nanoClock.getAsLong() - sharingNs);
  }

  private static Failed tooLarge(int images, int max) {
    return new Failed(
        AbortReason.BATCH_TOO_LARGE,
        "the parties take "
            + max
            + (max == 1 ? " image" : " images")
            + " in a session, not "
            + images
            + ": ask for at most "
            + max
            + " at a time, or let the parties take more (max-batch, precomputed-correlations and"
            + " client.max-sessions in their files)",
        0);
  }

  private Behavior<Command> onLink(OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(Link link) {
    if (!parties.take(link)) {
      link.close();
      return;
    }
    RoleLog.opened(getContext().getLog(), link);
    counters.linkOpened(link);
    if (parties.areAllHere()) {
      connectionWaiters.forEach(waiter -> waiter.tell(Connected.INSTANCE));
      connectionWaiters.clear();
      List.copyOf(pending.values()).forEach(this::sendOnceConnected);
    }
  }

  private void onClosed(Link link, String reason) {
    RoleLog.closed(getContext().getLog(), link, reason);
    counters.linkClosed(link);
    if (parties.drop(link, reason)) {
      Failed lost = parties.lost().orElseThrow();
      for (Pending waiting : List.copyOf(pending.values())) {
        if (waiting.sent && !waiting.resting) {
          fail(waiting, lost);
        }
      }
    }
  }

  private void onReceived(Link link, LinkMessage message) {
    int party = parties.indexOf(link);
    if (party < 0) {
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
      fail(waiting, new Failed(abort.reason(), abort.detail(), abort.retryAfterMs()));
    }
  }

  /** Retries an attempt that has ended, if it may pass and the deadline leaves room for that. */
  private void fail(Pending waiting, Failed failed) {
    waiting.ends++;
    if (!retries.isRetried(failed.reason(), waiting.attempts)) {
      end(waiting, failed);
      return;
    }
    long pauseMs = retries.pauseMs(waiting.ends, failed.retryAfterMs(), jitter());
    if (pauseMs >= leftMs(waiting)) {
      end(waiting, new Failed(failed.reason(), failed.detail(), pauseMs));
      return;
    }
    if (retries.isRefusal(failed.reason())) {
      waiting.attempts--; // No party has begun.
      // Refusals that took most of the time are the reason if the next attempt gets no answer.
      if (2 * (leftMs(waiting) - pauseMs) < waiting.timeoutMs) {
        waiting.lateRefusalOrNull = failed;
      }
    }
    cancelAtParties(waiting.request, AbortReason.CANCELLED);
    counters.retried();
    waiting.resting = true;
    waiting.outputs = new int[parties.count()][];
    timers.startSingleTimer(waiting.request, new Retry(waiting), Duration.ofMillis(pauseMs));
  }

  private double jitter() {
    spread += GOLDEN_RATIO;
    spread -= Math.floor(spread);
    return spread;
  }

  private void onFailure(LinkMessage.Failure failure) {
    fatal.accept(failure.detail());
    Failed failed = new Failed(AbortReason.PEER_LOST, failure.detail(), 0);
    List.copyOf(pending.values()).forEach(waiting -> end(waiting, failed));
    connectionWaiters.forEach(waiter -> waiter.tell(failed));
    connectionWaiters.clear();
  }

  private void onOutputShare(int party, LinkMessage.OutputShare output) {
    RequestId request = output.request();
    Pending waiting = pending.get(request);
    if (waiting == null || waiting.resting) {
      return;
    }
    if (output.words().length != (long) waiting.inputs.size() * plan.outputWordCount()) {
      end(
          waiting,
          new Failed(
              AbortReason.PROTOCOL_VIOLATION, "a party sent an output of another length", 0));
      return;
    }
    if (waiting.isWithoutOutput()) {
      waiting.firstOutputNs = nanoClock.getAsLong();
    }
    waiting.outputs[party] = output.words();
    if (waiting.hasAllOutputs()) {
      List<int[]> outputs = parties.outputs(waiting.outputs, waiting.inputs.size());
      long nowNs = nanoClock.getAsLong();
      long latencyNs = nowNs - waiting.startNs;
      forget(waiting);
      counters.answered(outputs.size());
      Latencies latencies = counters.latencies().listener();
      latencies.phase(Latencies.Phase.OUTPUT, nowNs - waiting.firstOutputNs);
      latencies.phase(Latencies.Phase.WHOLE, latencyNs);
      waiting.replyTo.tell(new Answered(request, outputs, latencyNs));
    }
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    Failed closed = new Failed(AbortReason.SHUTTING_DOWN, "the client was closed", 0);
    pending.values().forEach(waiting -> waiting.replyTo.tell(closed));
    pending.clear();
    connectionWaiters.forEach(waiter -> waiter.tell(closed));
    connectionWaiters.clear();
    return this;
  }

  private Behavior<Command> onDeadline(Deadline message) {
    Pending late = message.pending();
    if (pending.get(late.request) == late) {
      end(
          late,
          late.lateRefusalOrNull == null
              ? parties.noAnswer(late.timeoutMs)
              : late.lateRefusalOrNull);
    }
    return this;
  }

  private Behavior<Command> onAwaitParties(AwaitParties message) {
    if (parties.areAllHere()) {
      message.replyTo().tell(Connected.INSTANCE);
    } else {
      if (connectionWaiters.size() == MAX_WAITERS) {
        String detail = "more than " + MAX_WAITERS + " wait until the parties are connected";
        connectionWaiters.remove(0).tell(new Failed(AbortReason.OVERLOADED, detail, 0));
      }
      connectionWaiters.add(message.replyTo());
    }
    return this;
  }

  private void end(Pending ended, Failed failed) {
    forget(ended);
    counters.failed(failed.reason(), ended.inputs.size());
    cancelAtParties(
        ended.request,
        switch (failed.reason()) {
          case PEER_LOST, DEADLINE -> failed.reason();
          default -> AbortReason.CANCELLED;
        });
    ended.replyTo.tell(failed);
  }

  /** Ends a request at the parties; the reason tells a party that is left why. */
  private void cancelAtParties(RequestId request, AbortReason reason) {
    String detail = "the client has ended the request";
    parties.stream()
        .forEach(
            party -> party.send(LinkMessage.RequestAbort.ofRequest(request, reason, detail, 0)));
  }

  private void forget(Pending ended) {
    pending.remove(ended.request);
    timers.cancel(ended.request);
    timers.cancel(ended);
  }
}
