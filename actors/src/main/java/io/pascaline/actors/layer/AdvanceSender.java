// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.AbortReason;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Party 1's openings in advance of one layer. Owned by the layer's actor; not thread-safe.
 *
 * <pre>{@code
 * each number:  (none) ──known──> KNOWN ──open──> OPENED ──send──> (none)
 *                  └──────start of its session──────^
 *               forget drops what is KNOWN, and what is OPENED unless a session has it;
 *               abandon drops what is OPENED
 * }</pre>
 *
 * <p>A number is opened once, with what comes first: the known share, or the session that has the
 * number; both are the same share. What is opened is sent as far as party 0 has granted credit and
 * the number is durably reserved: at once if the session needs it, otherwise while no inference is
 * in flight and the link is nearly empty.
 */
final class AdvanceSender implements AdvanceOpenings {
  /**
   * With more than that queued at the link, openings that no session needs stay here. A request
   * that comes then waits for no more than these bytes.
   */
  private static final long MAX_QUEUED_BYTES = 256L << 10;

  private final PartyEpoch epoch;
  private final PartyStep step;
  private final StepEntry entry;
  private final LayerCorrelations correlations;
  private final LayerOutputs output;
  private final Retries retries;

  /** Inputs that are known, by number and port. */
  private final Map<Long, Share[]> known = new HashMap<>();

  /** What is opened and not sent, by number. */
  private final NavigableMap<Long, Opening> opened = new TreeMap<>();

  /** The first number for which party 0 has not granted credit. */
  private long grantedEnd;

  private static final class Opening {
    private final int[] words;

    /** Whether a session has the number. */
    private boolean isNeeded;

    Opening(int[] words) {
      this.words = words;
    }
  }

  /** As of {@link AdvanceOpenings#of}. */
  AdvanceSender(
      PartyEpoch epoch,
      PartyStep step,
      StepEntry entry,
      LayerCorrelations correlations,
      LayerOutputs output,
      Retries retries) {
    this.epoch = epoch;
    this.step = step;
    this.entry = entry;
    this.correlations = correlations;
    this.output = output;
    this.retries = retries;
  }

  @Override
  public boolean sends() {
    return true;
  }

  @Override
  public boolean on(Message message) {
    if (message instanceof Layer.Known share) {
      onKnown(share);
    } else if (message instanceof Layer.Credited credited) {
      onCredit(credited.grantedBytesTotal());
    } else {
      retries.came();
      send();
    }
    return true;
  }

  private void onKnown(Layer.Known message) {
    known
            .computeIfAbsent(message.number(), number -> new Share[entry.portCount()])[
            message.port()] =
        message.share();
    openIfKnown(message.number());
  }

  private void onCredit(long grantedBytesTotal) {
    long openingBytes = (long) Integer.BYTES * step.sentWordCount(0);
    grantedEnd = Math.max(grantedEnd, grantedBytesTotal / openingBytes);
    send();
  }

  @Override
  public void openIfKnown(long number) {
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

  @Override
  public void openForSession(long sessionNumber, LayerSession session, List<Correlation> ready) {
    List<Share> inputs = session.inputs();
    for (int image = 0; image < ready.size(); image++) {
      long number = sessionNumber + image;
      if (!ready.get(image).isOpenedInAdvance()) {
        open(number, ready.get(image), inputs.get(image));
      }
      Opening opening = opened.get(number);
      if (opening != null) {
        opening.isNeeded = true;
      }
    }
    send();
  }

  private void open(long number, Correlation correlation, Share input) {
    int[] words = step.openInAdvance(correlation, input).words();
    known.remove(number);
    output.noteOpenedInAdvance(number, words);
    opened.put(number, new Opening(words));
  }

  /** Sends what may be sent. */
  private void send() {
    long end = Math.min(grantedEnd, epoch.reservedEnd().get());
    Iterator<Map.Entry<Long, Opening>> waiting = opened.entrySet().iterator();
    while (waiting.hasNext()) {
      Map.Entry<Long, Opening> next = waiting.next();
      long number = next.getKey();
      Opening opening = next.getValue();
      if (number >= end) {
        return;
      }
      if (!opening.isNeeded && isBusy()) {
        retries.ask();
      } else if (output.openInAdvance(number, opening.words, opening.isNeeded)) {
        waiting.remove();
      } else if (opening.isNeeded) {
        waiting.remove();
        output.failed(
            number,
            AbortReason.PEER_LOST,
            "layer " + step.layer() + ": the peer's link is backed up");
      } else {
        retries.ask();
      }
    }
  }

  /** Returns whether a message that no session needs could delay one. */
  private boolean isBusy() {
    return epoch.inFlight().getAsInt() > 0 || epoch.peer().queuedBytes() > MAX_QUEUED_BYTES;
  }

  /** What a session has opened is sent all the same: the other party may wait for it. */
  @Override
  public void forget(long number) {
    known.remove(number);
    Opening opening = opened.get(number);
    if (opening != null && !opening.isNeeded) {
      opened.remove(number);
    }
  }

  /** Party 0 is told of the session's end and waits for none of its openings. */
  @Override
  public void abandon(Layer.Abandon session) {
    long end = session.sessionNumber() + session.imageCount();
    for (long number = session.sessionNumber(); number < end; number++) {
      opened.remove(number);
    }
  }
}
