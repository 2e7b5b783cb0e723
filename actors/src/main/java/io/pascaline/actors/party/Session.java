// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.metrics.Latencies.Phase;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One inference at one party: holds the client's input share until the session has a number, and
 * sends the output share, or the reason why there is none, before the deadline.
 */
final class Session extends AbstractBehavior<Session.Command> {
  private static final long NANOS_PER_MS = 1_000_000;

  private final RequestId request;
  private final Link client;
  private final ActorRef<Party.Command> party;
  private final PartyCounters counters;
  private final long deadlineMs;
  private final LongSupplier nanoClock;
  private final long arrivedNs;
  private long admittedNs;
  private Share input;
  private boolean admitted;
  private long number = Party.NO_NUMBER;

  /** What a session is told. */
  sealed interface Command {}

  /**
   * The session has a number: its input may go to the first layers.
   *
   * @param number the number
   * @param firstLayers delivers the input
   */
  record Admit(long number, BiConsumer<Long, Share> firstLayers) implements Command {}

  /**
   * The last layer is done.
   *
   * @param words the output share, as it travels
   */
  record Output(int[] words) implements Command {
    @Override
    public String toString() {
      return "Output[words=" + words.length + "]";
    }
  }

  /**
   * The session cannot go on.
   *
   * @param reason the typed reason
   * @param detail one line
   */
  record Abort(AbortReason reason, String detail) implements Command {}

  private enum DeadlinePassed implements Command {
    INSTANCE
  }

  static Behavior<Command> create(
      RequestId request,
      Link client,
      Share input,
      long timeoutMs,
      ActorRef<Party.Command> party,
      PartyCounters counters,
      LongSupplier nanoClock) {
    return Behaviors.withTimers(
        timers -> {
          timers.startSingleTimer(DeadlinePassed.INSTANCE, Duration.ofMillis(timeoutMs));
          return Behaviors.setup(
              context ->
                  new Session(
                      context, request, client, input, timeoutMs, party, counters, nanoClock));
        });
  }

  private Session(
      ActorContext<Command> context,
      RequestId request,
      Link client,
      Share input,
      long deadlineMs,
      ActorRef<Party.Command> party,
      PartyCounters counters,
      LongSupplier nanoClock) {
    super(context);
    this.nanoClock = nanoClock;
    arrivedNs = nanoClock.getAsLong();
    this.counters = counters;
    this.request = request;
    this.client = client;
    this.input = input;
    this.deadlineMs = deadlineMs;
    this.party = party;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Admit.class, this::onAdmit)
        .onMessage(Output.class, this::onOutput)
        .onMessage(Abort.class, this::onAbort)
        .onMessage(DeadlinePassed.class, this::onDeadlinePassed)
        .build();
  }

  private Behavior<Command> onAdmit(Admit message) {
    message.firstLayers().accept(message.number(), input);
    input = null;
    admitted = true;
    number = message.number();
    admittedNs = nanoClock.getAsLong();
    counters.latencies().listener().phase(Phase.QUEUEING, admittedNs - arrivedNs);
    return this;
  }

  private Behavior<Command> onOutput(Output message) {
    // Before the client can know, so that whoever has all answers finds them all counted.
    counters.inferenceFinished();
    counters.latencies().listener().phase(Phase.ONLINE, nanoClock.getAsLong() - admittedNs);
    boolean sent =
        client.send(new LinkMessage.OutputShare(request.high(), request.low(), message.words()));
    note(sent ? "answered" : word(AbortReason.CLIENT_LOST));
    party.tell(new Party.SessionEnded(request, sent ? null : AbortReason.CLIENT_LOST));
    return Behaviors.stopped();
  }

  private Behavior<Command> onAbort(Abort message) {
    return abort(message.reason(), message.detail());
  }

  private Behavior<Command> onDeadlinePassed(DeadlinePassed message) {
    String state =
        admitted
            ? "the layers or their correlations were not done"
            : "it was not admitted: the dealer or the other party may be missing";
    return abort(AbortReason.DEADLINE, "no answer within " + deadlineMs + " ms; " + state);
  }

  private Behavior<Command> abort(AbortReason reason, String detail) {
    client.send(
        new LinkMessage.RequestAbort(
            0, Party.NO_NUMBER, request.high(), request.low(), reason, detail));
    note(word(reason));
    party.tell(new Party.SessionEnded(request, reason));
    return Behaviors.stopped();
  }

  private static String word(AbortReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /** The one line about a session: names and times, nothing of what it computes on. */
  private void note(String outcome) {
    getContext()
        .getLog()
        .atInfo()
        .addKeyValue("session", request)
        .addKeyValue("number", number)
        .addKeyValue("outcome", outcome)
        .addKeyValue("durationMs", (nanoClock.getAsLong() - arrivedNs) / NANOS_PER_MS)
        .log("session ended");
  }
}
