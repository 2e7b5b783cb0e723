// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.client.ClientRequest.Stage;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<RequestId, ClientRequest> pending = new LinkedHashMap<>();
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

  private record Deadline(ClientRequest request) implements Command {}

  private record Retry(ClientRequest request) implements Command {}

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
    ClientRequest added =
        new ClientRequest(message.replyTo(), message.inputs(), ownMs, nanoClock.getAsLong());
    timers.startSingleTimer(added, new Deadline(added), Duration.ofMillis(ownMs));
    begin(added);
    return this;
  }

  private Behavior<Command> onRetry(Retry message) {
    ClientRequest request = message.request();
    if (request.stage() == Stage.PAUSED) {
      pending.remove(request.id());
      begin(request);
    }
    return this;
  }

  /** Gives the request an id of its own and asks for it. */
  private void begin(ClientRequest request) {
    request.begin(new RequestId(random.nextLong(), random.nextLong()), parties.count());
    pending.put(request.id(), request);
    sendOnceConnected(request);
  }

  private void sendOnceConnected(ClientRequest request) {
    if (!parties.areAllHere() || request.stage() != Stage.WAITING) {
      return;
    }
    int max = parties.maxBatch();
    if (request.imageCount() > max) {
      end(request, tooLarge(request.imageCount(), max));
      return;
    }
    request.ask();
    long sharingNs = nanoClock.getAsLong();
    long leftMs = Math.max(1, request.leftMs(sharingNs));
    if (!parties.sendInputs(request.id(), leftMs, request.inputs())) {
      String detail = "the link to the parties is full: try again later";
      fail(request, new Failed(AbortReason.OVERLOADED, detail, 0));
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
      for (ClientRequest request : List.copyOf(pending.values())) {
        if (request.stage() == Stage.ASKED) {
          fail(request, lost);
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
    ClientRequest request = pending.get(abort.request());
    if (request != null && request.stage() == Stage.ASKED) {
      fail(request, new Failed(abort.reason(), abort.detail(), abort.retryAfterMs()));
    }
  }

  /** An attempt has ended: another follows, or the request has failed. */
  private void fail(ClientRequest request, Failed failed) {
    ClientRequest.Next next =
        request.attemptEnded(failed, retries, this::jitter, nanoClock.getAsLong());
    if (next instanceof ClientRequest.Again again) {
      cancelAtParties(request.id(), AbortReason.CANCELLED);
      counters.retried();
      timers.startSingleTimer(request.id(), new Retry(request), Duration.ofMillis(again.pauseMs()));
    } else if (next instanceof ClientRequest.Failing failing) {
      end(request, failing.failed());
    }
  }

  private double jitter() {
    spread += GOLDEN_RATIO;
    spread -= Math.floor(spread);
    return spread;
  }

  private void onFailure(LinkMessage.Failure failure) {
    fatal.accept(failure.detail());
    Failed failed = new Failed(AbortReason.PEER_LOST, failure.detail(), 0);
    List.copyOf(pending.values()).forEach(request -> end(request, failed));
    connectionWaiters.forEach(waiter -> waiter.tell(failed));
    connectionWaiters.clear();
  }

  private void onOutputShare(int party, LinkMessage.OutputShare output) {
    ClientRequest request = pending.get(output.request());
    if (request == null || request.stage() != Stage.ASKED) {
      return;
    }
    if (output.words().length != (long) request.imageCount() * plan.outputWordCount()) {
      String detail = "a party sent an output of another length";
      end(request, new Failed(AbortReason.PROTOCOL_VIOLATION, detail, 0));
    } else if (request.takeOutput(party, output.words(), nanoClock.getAsLong())) {
      answer(request);
    }
  }

  private void answer(ClientRequest request) {
    List<int[]> outputs = parties.outputs(request.outputs(), request.imageCount());
    long nowNs = nanoClock.getAsLong();
    long latencyNs = request.latencyNs(nowNs);
    forget(request);
    counters.answered(outputs.size());
    Latencies latencies = counters.latencies().listener();
    latencies.phase(Latencies.Phase.OUTPUT, nowNs - request.firstOutputNs());
    latencies.phase(Latencies.Phase.WHOLE, latencyNs);
    request.replyTo().tell(new Answered(request.id(), outputs, latencyNs));
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    Failed closed = new Failed(AbortReason.SHUTTING_DOWN, "the client was closed", 0);
    pending.values().forEach(request -> request.replyTo().tell(closed));
    pending.clear();
    connectionWaiters.forEach(waiter -> waiter.tell(closed));
    connectionWaiters.clear();
    return this;
  }

  private Behavior<Command> onDeadline(Deadline message) {
    ClientRequest late = message.request();
    if (late.stage() != Stage.OVER) {
      Failed refusal = late.lateRefusalOrNull();
      end(late, refusal == null ? parties.noAnswer(late.timeoutMs()) : refusal);
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

  private void end(ClientRequest request, Failed failed) {
    forget(request);
    counters.failed(failed.reason(), request.imageCount());
    cancelAtParties(
        request.id(),
        switch (failed.reason()) {
          case PEER_LOST, DEADLINE -> failed.reason();
          default -> AbortReason.CANCELLED;
        });
    request.replyTo().tell(failed);
  }

  /** Ends a request at the parties; the reason tells a party that is left why. */
  private void cancelAtParties(RequestId request, AbortReason reason) {
    String detail = "the client has ended the request";
    parties.stream()
        .forEach(
            party -> party.send(LinkMessage.RequestAbort.ofRequest(request, reason, detail, 0)));
  }

  private void forget(ClientRequest request) {
    request.end();
    pending.remove(request.id());
    timers.cancel(request.id());
    timers.cancel(request);
  }
}
