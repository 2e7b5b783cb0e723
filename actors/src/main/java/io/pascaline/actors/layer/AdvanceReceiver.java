// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.AbortReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Party 0's openings in advance of one layer. Owned by the layer's actor; not thread-safe.
 *
 * <pre>{@code
 * each number:  (none) ──arrived──> ARRIVED ──take──> USED ──forget──> (none)
 *                                      └─────────────forget─────────────^
 * }</pre>
 *
 * <p>Credit is granted for the numbers whose correlations may be held in memory, so their window
 * bounds what is kept here.
 */
final class AdvanceReceiver implements AdvanceOpenings {
  private final PartyEpoch epoch;
  private final PartyStep step;
  private final LayerOutputs output;
  private final Retries retries;

  /** What has come and is not used, by number. */
  private final Map<Long, int[]> arrived = new HashMap<>();

  /** The numbers whose opening is used, until they end. */
  private final Set<Long> used = new HashSet<>();

  /** The first number for which party 1 has no credit. */
  private long grantedEnd;

  /** The first number for which it would get none. */
  private long wantedEnd;

  /** As of {@link AdvanceOpenings#of}. */
  AdvanceReceiver(PartyEpoch epoch, PartyStep step, LayerOutputs output, Retries retries) {
    this.epoch = epoch;
    this.step = step;
    this.output = output;
    this.retries = retries;
  }

  @Override
  public boolean on(Message message) {
    if (message != Retry.INSTANCE) {
      return false;
    }
    retries.came();
    grant(wantedEnd);
    return true;
  }

  @Override
  public void grant(long end) {
    wantedEnd = Math.max(wantedEnd, end);
    if (wantedEnd <= grantedEnd) {
      return;
    }
    if (output.grantPeer(wantedEnd * Integer.BYTES * step.receivedWordCount(0))) {
      grantedEnd = wantedEnd;
    } else {
      retries.ask();
    }
  }

  @Override
  public boolean onArrived(Layer.Opened opening) {
    long number = opening.sessionNumber();
    int[] words = opening.words();
    if (number < 0 || number >= grantedEnd) {
      return false;
    }
    if (words.length != step.receivedWordCount(0)) {
      deviated(number, "another length: " + words.length + " words");
    } else if (used.contains(number) || arrived.putIfAbsent(number, words) != null) {
      deviated(number, "come twice");
    }
    return true;
  }

  private void deviated(long number, String what) {
    output.failed(
        number,
        AbortReason.PROTOCOL_VIOLATION,
        "layer " + step.layer() + ": the peer's opening in advance has " + what);
  }

  @Override
  public void offerTo(long sessionNumber, LayerSession session) {
    if (session.awaitsOpening()) {
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

  @Override
  public void forget(long number) {
    arrived.remove(number);
    used.remove(number);
  }
}
