// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.AbortReason;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The sessions in one layer by number. A session has the numbers from its own on, one for each
 * image, and no other session has any of them. Owned by the layer's actor; not thread-safe.
 */
final class LayerSessions {
  private final PartyStep step;
  private final int maxBatch;
  private final SessionNumbers numbers;
  private final LayerCorrelations correlations;
  private final LayerOutputs output;
  private final NavigableMap<Long, LayerSession> byNumber = new TreeMap<>();

  /**
   * Begins with none.
   *
   * @param maxBatch images that a session may have
   * @param numbers which have ended
   * @param correlations which are abandoned
   * @param output told what the peer does wrong
   */
  LayerSessions(
      PartyStep step,
      int maxBatch,
      SessionNumbers numbers,
      LayerCorrelations correlations,
      LayerOutputs output) {
    this.step = step;
    this.maxBatch = maxBatch;
    this.numbers = numbers;
    this.correlations = correlations;
    this.output = output;
  }

  /** Returns the session of that number; null if there is none. */
  LayerSession get(long number) {
    return byNumber.get(number);
  }

  /** Returns the number of the session that an image's number may be of; null if there is none. */
  Long before(long imageNumber) {
    return byNumber.floorKey(imageNumber);
  }

  /** Returns the session of an input; null as for {@link #of(Layer.Opened)}. */
  LayerSession of(Layer.Input input) {
    return session(input.sessionNumber(), input.shares().size());
  }

  /**
   * Returns the session of the peer's opening, made on first mention: the peer may be the first to
   * know of it, and the opening's length says how many images it has.
   *
   * @return null if it has ended, is out of bounds, or is not what has been said of it before, and
   *     then it fails
   */
  LayerSession of(Layer.Opened opened) {
    return session(opened.sessionNumber(), imageCount(opened));
  }

  private LayerSession session(long number, int imageCount) {
    if (numbers.hasEnded(number) || correlations.isAbandoned(number)) {
      return null;
    }
    if (number < 0 || number >= numbers.endedCount() + PartyEpoch.SESSIONS_AHEAD) {
      output.ignored();
      return null;
    }
    LayerSession session = byNumber.get(number);
    if (session == null && imageCount > 0 && !overlaps(number, imageCount)) {
      session = new LayerSession(imageCount);
      byNumber.put(number, session);
    }
    if (session == null || session.imageCount() != imageCount) {
      deviated(number, "the length of " + imageCount + " images");
      return null;
    }
    return session;
  }

  /**
   * Returns by its length of how many images an opening is; 0 if no session has that length, or the
   * step does not wait for any.
   */
  private int imageCount(Layer.Opened opened) {
    if (!step.receives() || (output.opensInAdvance() && step.partyId() == 0)) {
      return 0;
    }
    if (opened.round() < 0 || opened.round() >= step.roundCount()) {
      return 1; // Whatever it is of, it is refused for its round.
    }
    int imageWords = step.receivedWordCount(opened.round());
    int wordCount = opened.words().length;
    int imageCount = imageWords == 0 ? 0 : wordCount / imageWords;
    boolean isWhole = imageCount <= maxBatch && imageCount * imageWords == wordCount;
    return isWhole ? imageCount : 0;
  }

  /** Returns whether another session has some of the numbers. */
  private boolean overlaps(long number, int imageCount) {
    Map.Entry<Long, LayerSession> before = byNumber.lowerEntry(number);
    Long after = byNumber.higherKey(number);
    return (before != null && before.getKey() + before.getValue().imageCount() > number)
        || (after != null && after < number + imageCount);
  }

  /** The peer's opening is not what the protocol has: the session fails. */
  void deviated(long number, String what) {
    output.failed(
        number,
        AbortReason.PROTOCOL_VIOLATION,
        "layer " + step.layer() + ": the peer's opening has " + what);
  }

  void remove(long number) {
    byNumber.remove(number);
  }
}
