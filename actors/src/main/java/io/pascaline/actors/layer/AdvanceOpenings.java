// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The openings of one layer that party 1 of an owned network sends in the offline phase, image by
 * image. Each layer of either party has one; if the plan opens the layer online ({@link
 * io.pascaline.layers.plan.KnownShares}), nothing happens here. Owned by the layer's actor; not
 * thread-safe.
 *
 * <pre>{@code
 * party 1, each number:  (none) ──known──> KNOWN ──open──> OPENED ──send──> (none)
 *                           └──────────start of its session──^
 *                        forget drops what is KNOWN, and what is OPENED unless a session has it;
 *                        abandon drops what is OPENED
 *
 * party 0, each number:  (none) ──arrived──> ARRIVED ──take──> USED ──forget──> (none)
 * }</pre>
 *
 * <p>Party 1 opens a number once, with what comes first: the known share, or the session that has
 * the number; both are the same share. It sends what is opened as far as party 0 has granted credit
 * and the number is durably reserved: at once if the session needs it, otherwise while no inference
 * is in flight and the link is nearly empty. Party 0 grants credit for the numbers whose
 * correlations it may hold in memory, so their window bounds what it keeps.
 */
final class AdvanceOpenings {
  /**
   * With more than that queued at the link, openings that no session needs stay here. A request
   * that comes then waits for no more than these bytes.
   */
  private static final long MAX_QUEUED_BYTES = 256L << 10;

  private static final Duration RETRY_AFTER = Duration.ofMillis(20);

  private final ActorContext<Layer.Command> context;
  private final PartyEpoch epoch;
  private final PartyStep step;
  private final StepEntry entry;
  private final LayerCorrelations correlations;
  private final LayerOutputs output;
  private final boolean sends;
  private final boolean receives;

  /** At party 1: inputs that it knows, by number and port. */
  private final Map<Long, Share[]> known = new HashMap<>();

  /** At party 1: what it has opened and not sent. */
  private final NavigableMap<Long, int[]> opened = new TreeMap<>();

  /** Of these, the numbers that a session has. */
  private final Set<Long> inSession = new HashSet<>();

  /** At party 0: what has come and is not used. */
  private final Map<Long, int[]> arrived = new HashMap<>();

  /** At party 0: the numbers whose opening is used, until they end. */
  private final Set<Long> used = new HashSet<>();

  /** The first number for which party 0 has not granted credit. */
  private long grantedEnd;

  /** At party 0: the first number for which it would not grant credit. */
  private long wantedEnd;

  private boolean isWaiting;

  /** What a layer is told of its openings in advance. */
  sealed interface Message extends Layer.Command permits Layer.Known, Layer.Credited, Retry {}

  /** The party may be idle again, and the link nearly empty. */
  enum Retry implements Message {
    /** The only one. */
    INSTANCE
  }

  /**
   * Begins with nothing.
   *
   * @param entry makes what the step reads of the layer's inputs
   */
  AdvanceOpenings(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PartyStep step,
      StepEntry entry,
      LayerCorrelations correlations,
      LayerOutputs output) {
    this.context = context;
    this.epoch = epoch;
    this.step = step;
    this.entry = entry;
    this.correlations = correlations;
    this.output = output;
    boolean isUsed = output.opensInAdvance();
    sends = isUsed && epoch.partyId() == 1;
    receives = isUsed && epoch.partyId() == 0;
  }

  /** Returns whether this party sends the layer's openings in advance. */
  boolean sends() {
    return sends;
  }

  /**
   * Takes a message in.
   *
   * @param isOver whether the number that it names has ended; then nothing is opened for it
   */
  void on(Message message, boolean isOver) {
    if (message instanceof Layer.Known share) {
      onKnown(share, isOver);
    } else if (message instanceof Layer.Credited credited) {
      onCredit(credited.grantedBytesTotal());
    } else {
      isWaiting = false;
      send();
      grant(wantedEnd);
    }
  }

  private void onKnown(Layer.Known message, boolean isOver) {
    if (isOver || !sends) {
      return; // The number ended meanwhile.
    }
    known
            .computeIfAbsent(message.number(), number -> new Share[entry.portCount()])[
            message.port()] =
        message.share();
    openIfKnown(message.number());
  }

  /** At party 1: opens a number whose correlation is ready and whose inputs are known. */
  void openIfKnown(long number) {
    Share[] inputs = known.get(number);
    List<Correlation> ready = inputs == null ? null : correlations.readyOrNull(number, 1);
    if (ready == null || ready.get(0).isOpenedInAdvance()) {
      return;
    }
    for (Share input : inputs) {
      if (input == null) {
        return;
      }
    }
    Correlation correlation = ready.get(0);
    try {
      open(number, correlation, entry.maker().apply(inputs));
    } catch (RuntimeException | OutOfMemoryError failure) {
      known.remove(number);
      if (correlation.isOpenedInAdvance()) { // Nobody may start it whose opening is not sent.
        output.failed(
            number, AbortReason.INTERNAL, "layer " + step.layer() + ": " + failure.getMessage());
      }
      return; // Else its session repeats the failure, and tells it.
    }
    send();
  }

  private void open(long number, Correlation correlation, Share input) {
    int[] words = step.openInAdvance(correlation, input).words();
    known.remove(number);
    output.noteOpenedInAdvance(number, words);
    opened.put(number, words);
  }

  /** Starts a session, at party 1 with those of its numbers opened that are not yet. */
  MaskedWords start(long sessionNumber, LayerSession session, List<Correlation> ready) {
    if (sends) {
      openForSession(sessionNumber, ready, session.inputs());
    }
    return session.start(step, ready);
  }

  private void openForSession(long sessionNumber, List<Correlation> ready, List<Share> inputs) {
    for (int image = 0; image < ready.size(); image++) {
      long number = sessionNumber + image;
      if (!ready.get(image).isOpenedInAdvance()) {
        open(number, ready.get(image), inputs.get(image));
      }
      if (opened.containsKey(number)) {
        inSession.add(number);
      }
    }
    send();
  }

  private void onCredit(long grantedBytesTotal) {
    if (!sends) {
      output.ignored();
      return;
    }
    long openingBytes = (long) Integer.BYTES * step.sentWordCount(0);
    grantedEnd = Math.max(grantedEnd, grantedBytesTotal / openingBytes);
    send();
  }

  /** At party 1: sends what may be sent. */
  private void send() {
    long end = Math.min(grantedEnd, epoch.reservedEnd().get());
    Iterator<Map.Entry<Long, int[]>> waiting = opened.entrySet().iterator();
    while (waiting.hasNext()) {
      Map.Entry<Long, int[]> next = waiting.next();
      long number = next.getKey();
      boolean isNeeded = inSession.contains(number);
      if (number >= end) {
        return;
      }
      if (!isNeeded && isBusy()) {
        retryLater();
      } else if (output.openInAdvance(number, next.getValue(), isNeeded)) {
        inSession.remove(number);
        waiting.remove();
      } else if (isNeeded) {
        inSession.remove(number);
        waiting.remove();
        output.failed(
            number,
            AbortReason.PEER_LOST,
            "layer " + step.layer() + ": the peer's link is backed up");
      } else {
        retryLater();
      }
    }
  }

  /** Returns whether a message that no session needs could delay one. */
  private boolean isBusy() {
    return epoch.inFlight().getAsInt() > 0 || epoch.peer().queuedBytes() > MAX_QUEUED_BYTES;
  }

  private void retryLater() {
    if (!isWaiting && epoch.peer().isOpen()) {
      isWaiting = true;
      context.scheduleOnce(RETRY_AFTER, context.getSelf(), Retry.INSTANCE);
    }
  }

  /** At party 0: grants party 1 credit for numbers up to an end, as soon as the link takes it. */
  void grant(long end) {
    wantedEnd = Math.max(wantedEnd, end);
    if (!receives || wantedEnd <= grantedEnd) {
      return;
    }
    if (output.grantPeer(wantedEnd * Integer.BYTES * step.receivedWordCount(0))) {
      grantedEnd = wantedEnd;
    } else {
      retryLater();
    }
  }

  /**
   * At party 0: an opening has come.
   *
   * @param isOver whether its number has ended
   */
  void onArrived(Layer.Opened opening, boolean isOver) {
    long number = opening.sessionNumber();
    int[] words = opening.words();
    if (isOver) {
      return; // The session ended, or a check, while it was on its way.
    }
    if (!receives || number < 0 || number >= grantedEnd) {
      output.ignored();
    } else if (words.length != step.receivedWordCount(0)) {
      deviated(number, "another length: " + words.length + " words");
    } else if (used.contains(number) || arrived.putIfAbsent(number, words) != null) {
      deviated(number, "come twice");
    }
  }

  private void deviated(long number, String what) {
    output.failed(
        number,
        AbortReason.PROTOCOL_VIOLATION,
        "layer " + step.layer() + ": the peer's opening in advance has " + what);
  }

  /** At party 0: gives a session that awaits it the opening of all its images, if it is here. */
  void offerTo(long sessionNumber, LayerSession session) {
    if (receives && session.awaitsOpening()) {
      int[] words = takeOrNull(sessionNumber, session.imageCount());
      if (words != null) {
        session.offer(0, words, step.roundCount());
      }
    }
  }

  private int[] takeOrNull(long sessionNumber, int imageCount) {
    for (int image = 0; image < imageCount; image++) {
      if (!arrived.containsKey(sessionNumber + image)) {
        return null;
      }
    }
    int length = step.receivedWordCount(0);
    int[] joined = imageCount == 1 ? null : new int[imageCount * length];
    for (int image = 0; image < imageCount; image++) {
      used.add(sessionNumber + image);
      int[] words = arrived.remove(sessionNumber + image);
      if (joined == null) {
        return words;
      }
      System.arraycopy(words, 0, joined, image * length, length);
      epoch.peer().recycle(words);
    }
    return joined;
  }

  /**
   * A number has ended. What its session has opened is sent all the same, unless that was
   * abandoned: the other party may wait for it.
   */
  void forget(long number) {
    known.remove(number);
    arrived.remove(number);
    used.remove(number);
    if (!inSession.contains(number)) {
      opened.remove(number);
    }
  }

  /** A session is abandoned; party 0 is told of that and waits for none of its openings. */
  void abandon(Layer.Abandon session) {
    long end = session.sessionNumber() + session.imageCount();
    for (long number = session.sessionNumber(); number < end; number++) {
      inSession.remove(number);
      opened.remove(number);
    }
  }
}
