package io.pascaline.actors.client;

import io.pascaline.actors.InferenceException;
import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
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
 * there wait for them, up to their deadline.
 */
public final class Client extends AbstractBehavior<Client.Command> {
  private final NetworkPlan plan;
  private final long timeoutMs;
  private final LongSupplier nanoClock;
  private final ClientCounters counters;
  private final Consumer<String> fatal;
  private final TimerScheduler<Command> timers;
  private final SecureRandom random = new SecureRandom();
  private final Link[] parties = new Link[2];
  private final Map<Request, Pending> pending = new LinkedHashMap<>();
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
   * @param result completed with the answer or an {@link InferenceException}
   */
  public record Infer(int[] inputWords, CompletableFuture<InferenceResult> result)
      implements Command {
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

  private record Deadline(Request request) implements Command {}

  private record Request(long high, long low) {}

  private static final class Pending {
    private final CompletableFuture<InferenceResult> result;
    private final long startNs;
    private Share[] inputs;
    private final int[][] outputs = new int[2][];

    Pending(
        final CompletableFuture<InferenceResult> result, final long startNs, final Share[] inputs) {
      this.result = result;
      this.startNs = startNs;
      this.inputs = inputs;
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
      final NetworkPlan plan,
      final long timeoutMs,
      final ClientCounters counters,
      final Consumer<String> fatal) {
    return create(plan, timeoutMs, counters, fatal, System::nanoTime);
  }

  /**
   * The same on another clock.
   *
   * @param nanoClock what latencies are measured with, in nanoseconds
   */
  public static Behavior<Command> create(
      final NetworkPlan plan,
      final long timeoutMs,
      final ClientCounters counters,
      final Consumer<String> fatal,
      final LongSupplier nanoClock) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context ->
                    new Client(context, timers, plan, timeoutMs, counters, fatal, nanoClock)));
  }

  private Client(
      final ActorContext<Command> context,
      final TimerScheduler<Command> timers,
      final NetworkPlan plan,
      final long timeoutMs,
      final ClientCounters counters,
      final Consumer<String> fatal,
      final LongSupplier nanoClock) {
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
        .onMessage(AwaitParties.class, this::onAwaitParties)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onInfer(final Infer message) {
    final Request request = new Request(random.nextLong(), random.nextLong());
    final long startNs = nanoClock.getAsLong();
    final Share[] shares = plan.ring().split(plan.inputShape(), message.inputWords(), random);
    final Pending added = new Pending(message.result(), startNs, shares);
    pending.put(request, added);
    timers.startSingleTimer(request, new Deadline(request), Duration.ofMillis(timeoutMs));
    sendOnceConnected(request, added);
    return this;
  }

  private void sendOnceConnected(final Request request, final Pending waiting) {
    if (parties[0] == null || parties[1] == null || waiting.inputs == null) {
      return;
    }
    final Share[] shares = waiting.inputs;
    waiting.inputs = null;
    for (int party = 0; party < parties.length; party++) {
      final boolean sent =
          parties[party].send(
              new LinkMessage.InputShare(
                  request.high(), request.low(), timeoutMs, plan.ring().words(shares[party])));
      if (!sent) {
        fail(request, AbortReason.OVERLOADED, "the link to the parties is full: try again later");
        return;
      }
    }
  }

  private Behavior<Command> onLink(final OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(final Link link) {
    final LinkMessage.Hello hello = link.peerHello();
    if (hello.role() != Role.PARTY || hello.partyId() < 0 || hello.partyId() > 1) {
      link.close();
      return;
    }
    counters.linkOpened(link);
    parties[hello.partyId()] = link;
    if (parties[0] != null && parties[1] != null) {
      connectionWaiters.forEach(waiter -> waiter.complete(null));
      connectionWaiters.clear();
      List.copyOf(pending.keySet())
          .forEach(request -> sendOnceConnected(request, pending.get(request)));
    }
  }

  private void onClosed(final Link link, final String reason) {
    counters.linkClosed(link);
    for (int party = 0; party < parties.length; party++) {
      if (parties[party] == link) {
        parties[party] = null;
        final String detail = "party " + party + " is gone (" + reason + "): try again later";
        for (final Request request : List.copyOf(pending.keySet())) {
          if (pending.get(request).inputs == null) {
            fail(request, AbortReason.PEER_LOST, detail);
          }
        }
      }
    }
  }

  private void onReceived(final Link link, final LinkMessage message) {
    final int party = link.peerHello().partyId();
    if (party < 0 || party > 1 || parties[party] != link) {
      return;
    }
    if (message instanceof LinkMessage.OutputShare output) {
      onOutputShare(party, output);
    } else if (message instanceof LinkMessage.SessionAbort abort) {
      fail(new Request(abort.requestHigh(), abort.requestLow()), abort.reason(), abort.detail());
    } else if (message instanceof LinkMessage.Failure failure) {
      onFailure(failure);
    }
  }

  private void onFailure(final LinkMessage.Failure failure) {
    fatal.accept(failure.detail());
    for (final Request request : List.copyOf(pending.keySet())) {
      fail(request, AbortReason.PEER_LOST, failure.detail());
    }
    connectionWaiters.forEach(
        waiter ->
            waiter.completeExceptionally(
                new InferenceException(AbortReason.PEER_LOST, failure.detail())));
    connectionWaiters.clear();
  }

  private void onOutputShare(final int party, final LinkMessage.OutputShare output) {
    final Request request = new Request(output.requestHigh(), output.requestLow());
    final Pending waiting = pending.get(request);
    if (waiting == null) {
      return;
    }
    if (output.words().length != plan.outputWordCount()) {
      fail(
          request,
          AbortReason.PROTOCOL_VIOLATION,
          "party " + party + " sent an output of another length");
      return;
    }
    waiting.outputs[party] = output.words();
    if (waiting.outputs[0] != null && waiting.outputs[1] != null) {
      final int[] words = plan.ring().sum(waiting.outputs[0], waiting.outputs[1]);
      final long latencyNs = nanoClock.getAsLong() - waiting.startNs;
      forget(request);
      waiting.result.complete(new InferenceResult(plan.decodeOutput(words), words, latencyNs));
    }
  }

  private Behavior<Command> onPostStop(final PostStop signal) {
    final InferenceException closed =
        new InferenceException(AbortReason.SHUTTING_DOWN, "the client was closed");
    pending.values().forEach(waiting -> waiting.result.completeExceptionally(closed));
    pending.clear();
    connectionWaiters.forEach(waiter -> waiter.completeExceptionally(closed));
    connectionWaiters.clear();
    return this;
  }

  private Behavior<Command> onDeadline(final Deadline message) {
    final boolean connected = parties[0] != null && parties[1] != null;
    final String detail =
        connected
            ? "the parties gave no answer within " + timeoutMs + " ms: is the dealer running?"
            : "not both parties were there within " + timeoutMs + " ms: start them first";
    fail(message.request(), AbortReason.DEADLINE, detail);
    return this;
  }

  private Behavior<Command> onAwaitParties(final AwaitParties message) {
    if (parties[0] != null && parties[1] != null) {
      message.connected().complete(null);
    } else {
      connectionWaiters.add(message.connected());
    }
    return this;
  }

  private void fail(final Request request, final AbortReason reason, final String detail) {
    final Pending failed = pending.get(request);
    if (failed == null) {
      return;
    }
    forget(request);
    for (final Link party : parties) {
      if (party != null) {
        party.send(
            new LinkMessage.SessionAbort(
                0, -1, request.high(), request.low(), AbortReason.CANCELLED, "client gave up"));
      }
    }
    failed.result.completeExceptionally(new InferenceException(reason, detail));
  }

  private void forget(final Request request) {
    pending.remove(request);
    timers.cancel(request);
  }
}
