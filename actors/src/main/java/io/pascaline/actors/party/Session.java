// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.layer.Layer;
import io.pascaline.actors.metrics.Latencies.Phase;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One session at one party: holds the client's input shares, one for each image, until the session
 * has a number, and sends the output shares, or the reason why there are none, before the deadline.
 * All its images are answered in one message, or none is. Who gets what depends on where the client
 * is, see {@link Answer}.
 */
final class Session extends AbstractBehavior<Session.Command> {
  private final Common common;
  private final RequestId request;
  private final Link client;
  private final ActorRef<Layer.Output> replyTo;
  private final long timeoutMs;
  private final long arrivedNs;
  private long startedNs;
  private final int imageCount;
  private List<Share> inputs;
  private boolean started;
  private long number = LinkMessage.NO_SESSION;

  /** The output shares of all images, of this party and of the peer; null before they are there. */
  private int[] own;

  private int[] ofPeer;

  /** What a session gives to whom. */
  enum Answer {
    /** Its output share, to a client that stands apart. */
    SHARE,
    /** Both output shares added, to the client in this process that is this party. */
    WHOLE,
    /** Its output share, to the peer, which is the client; the party tells the peer of aborts. */
    TO_PEER
  }

  /**
   * What all sessions of a party have in common.
   *
   * @param ring of the shares
   * @param answer what they give to whom
   * @param party told the end of each
   * @param counters what it counts
   * @param nanoClock nanoseconds
   */
  record Common(
      Ring ring,
      Answer answer,
      ActorRef<Party.Command> party,
      PartyCounters counters,
      LongSupplier nanoClock) {}

  /**
   * What one session is for.
   *
   * @param request the request that it answers
   * @param client who gets the answer
   * @param inputs the share of each image, at least one
   * @param timeoutMs when it ends without an answer, from now
   */
  record Task(RequestId request, Link client, List<Share> inputs, long timeoutMs) {
    @Override
    public String toString() {
      return "Task[request=" + request + ", images=" + inputs.size() + "]";
    }
  }

  /** What a session is told. */
  sealed interface Command {}

  /**
   * The session has a number: its inputs go to the first layers.
   *
   * @param number the number
   * @param firstLayers where the input goes
   */
  record Start(long number, List<Layer.Destination> firstLayers) implements Command {}

  private record OnOutput(Layer.Output output) implements Command {}

  /** The peer's output shares came, of all images. */
  record PeerOutput(int[] words) implements Command {
    @Override
    public String toString() {
      return "PeerOutput[" + words.length + " words]";
    }
  }

  /**
   * The session cannot continue.
   *
   * @param reason the typed reason
   * @param detail one line
   */
  record Abort(AbortReason reason, String detail) implements Command {}

  private enum DeadlinePassed implements Command {
    INSTANCE
  }

  /** Creates a session, whose deadline runs from then on. */
  static Behavior<Command> create(Common common, Task task) {
    return Behaviors.withTimers(
        timers -> {
          timers.startSingleTimer(DeadlinePassed.INSTANCE, Duration.ofMillis(task.timeoutMs()));
          return Behaviors.setup(context -> new Session(context, common, task));
        });
  }

  private Session(ActorContext<Command> context, Common common, Task task) {
    super(context);
    this.common = common;
    request = task.request();
    client = task.client();
    inputs = task.inputs();
    imageCount = inputs.size();
    timeoutMs = task.timeoutMs();
    replyTo = context.messageAdapter(Layer.Output.class, OnOutput::new);
    arrivedNs = nowNs();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Start.class, this::onStart)
        .onMessage(OnOutput.class, this::onOutput)
        .onMessage(PeerOutput.class, this::onPeerOutput)
        .onMessage(Abort.class, this::onAbort)
        .onMessage(DeadlinePassed.class, this::onDeadlinePassed)
        .build();
  }

  private Behavior<Command> onStart(Start message) {
    for (Layer.Destination first : message.firstLayers()) {
      first.deliver(message.number(), inputs, replyTo);
    }
    inputs = null;
    started = true;
    number = message.number();
    startedNs = nowNs();
    common.counters().latencies().listener().phase(Phase.QUEUEING, startedNs - arrivedNs);
    return this;
  }

  private Behavior<Command> onOutput(OnOutput message) {
    own = common.ring().words(message.output().shares());
    return answerOnceComplete();
  }

  private Behavior<Command> onPeerOutput(PeerOutput message) {
    if (ofPeer != null) {
      return abort(AbortReason.PROTOCOL_VIOLATION, "the other party sent two outputs");
    }
    ofPeer = message.words();
    return answerOnceComplete();
  }

  private Behavior<Command> answerOnceComplete() {
    boolean isWhole = common.answer() == Answer.WHOLE;
    if (own == null || (isWhole && ofPeer == null)) {
      return this;
    }
    if (isWhole && own.length != ofPeer.length) {
      return abort(
          AbortReason.PROTOCOL_VIOLATION, "the other party sent an output of another length");
    }
    // Before the client can know, so that whoever has all answers finds them all counted.
    common.counters().sessionFinished(imageCount);
    common.counters().latencies().listener().phase(Phase.ONLINE, nowNs() - startedNs);
    int[] words = isWhole ? common.ring().sum(own, ofPeer) : own;
    boolean sent = client.send(new LinkMessage.OutputShare(request, words));
    note(sent ? "answered" : word(AbortReason.CLIENT_LOST));
    return end(sent ? null : AbortReason.CLIENT_LOST);
  }

  private Behavior<Command> onAbort(Abort message) {
    return abort(message.reason(), message.detail());
  }

  private Behavior<Command> onDeadlinePassed(DeadlinePassed message) {
    String state =
        started
            ? "the layers or their correlations were not done"
            : "it got no number: the dealer or the other party may be missing";
    return abort(AbortReason.DEADLINE, "no answer within " + timeoutMs + " ms; " + state);
  }

  private Behavior<Command> abort(AbortReason reason, String detail) {
    if (common.answer() != Answer.TO_PEER) {
      client.send(LinkMessage.RequestAbort.ofRequest(request, reason, detail, 0));
    }
    note(word(reason));
    return end(reason);
  }

  private Behavior<Command> end(AbortReason reasonOrNull) {
    common.party().tell(new Party.SessionEnded(getContext().getSelf(), reasonOrNull));
    return Behaviors.stopped();
  }

  private long nowNs() {
    return common.nanoClock().getAsLong();
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
        .addKeyValue("durationMs", TimeUnit.NANOSECONDS.toMillis(nowNs() - arrivedNs))
        .log("session ended");
  }
}
