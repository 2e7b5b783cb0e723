package io.pascaline.actors.party;

import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.function.BiConsumer;
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
  private final RequestId request;
  private final Link client;
  private final ActorRef<Party.Command> party;
  private final PartyCounters counters;
  private final long deadlineMs;
  private Share input;
  private boolean admitted;

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
      final RequestId request,
      final Link client,
      final Share input,
      final long timeoutMs,
      final ActorRef<Party.Command> party,
      final PartyCounters counters) {
    return Behaviors.withTimers(
        timers -> {
          timers.startSingleTimer(DeadlinePassed.INSTANCE, Duration.ofMillis(timeoutMs));
          return Behaviors.setup(
              context -> new Session(context, request, client, input, timeoutMs, party, counters));
        });
  }

  private Session(
      final ActorContext<Command> context,
      final RequestId request,
      final Link client,
      final Share input,
      final long deadlineMs,
      final ActorRef<Party.Command> party,
      final PartyCounters counters) {
    super(context);
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

  private Behavior<Command> onAdmit(final Admit message) {
    message.firstLayers().accept(message.number(), input);
    input = null;
    admitted = true;
    return this;
  }

  private Behavior<Command> onOutput(final Output message) {
    // Before the client can know, so that whoever has all answers finds them all counted.
    counters.inferenceFinished();
    final boolean sent =
        client.send(new LinkMessage.OutputShare(request.high(), request.low(), message.words()));
    party.tell(new Party.SessionEnded(request, sent ? null : AbortReason.CLIENT_LOST));
    return Behaviors.stopped();
  }

  private Behavior<Command> onAbort(final Abort message) {
    return abort(message.reason(), message.detail());
  }

  private Behavior<Command> onDeadlinePassed(final DeadlinePassed message) {
    final String state =
        admitted
            ? "the layers or their correlations were not done"
            : "it was not admitted: the dealer or the other party may be missing";
    return abort(AbortReason.DEADLINE, "no answer within " + deadlineMs + " ms; " + state);
  }

  private Behavior<Command> abort(final AbortReason reason, final String detail) {
    client.send(
        new LinkMessage.SessionAbort(
            0, Party.NO_NUMBER, request.high(), request.low(), reason, detail));
    party.tell(new Party.SessionEnded(request, reason));
    return Behaviors.stopped();
  }
}
