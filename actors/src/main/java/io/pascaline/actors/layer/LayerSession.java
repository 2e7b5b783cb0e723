// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.Link;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One session's state in one protocol layer: its images take every step together. Owned by the
 * layer's actor; not thread-safe.
 */
final class LayerSession {
  private final int imageCount;

  /** The layer's inputs that have come, by image and port, while another is missing. */
  private Share[][] arrived;

  private List<Share> inputs;
  private ActorRef<Layer.Output> replyTo;
  private long startNs;
  private BatchExecution execution;
  private int[][] openings;
  private int round;
  private boolean busy;
  private boolean abandoned;

  /**
   * Of which nothing has come.
   *
   * @param imageCount its images, whose numbers follow each other
   */
  LayerSession(int imageCount) {
    this.imageCount = imageCount;
  }

  int imageCount() {
    return imageCount;
  }

  /** Keeps one of the layer's inputs; returns all, by image and port, when it is the last one. */
  Share[][] arrived(int port, List<Share> shares, int portCount) {
    if (arrived == null) {
      arrived = new Share[imageCount][portCount];
    }
    for (int image = 0; image < imageCount; image++) {
      arrived[image][port] = shares.get(image);
    }
    for (Share each : arrived[0]) {
      if (each == null) {
        return null;
      }
    }
    Share[][] all = arrived;
    arrived = null;
    return all;
  }

  /**
   * Takes the layer's inputs, by image and port.
   *
   * @param entry makes what the step reads of an image's
   */
  void inputs(
      Share[][] shares,
      Function<Share[], Share> entry,
      ActorRef<Layer.Output> session,
      long nowNs) {
    inputs = Stream.of(shares).map(entry).toList();
    replyTo = session;
    startNs = nowNs;
  }

  /** Returns where the network's output goes in the end. */
  ActorRef<Layer.Output> replyTo() {
    return replyTo;
  }

  /** When its input came. */
  long startNs() {
    return startNs;
  }

  /** Returns whether its correlations are all that it lacks. */
  boolean awaitsCorrelations() {
    return execution == null && inputs != null;
  }

  /** Returns what the step reads, by image, before it begins. */
  List<Share> inputs() {
    return inputs;
  }

  /** Begins the step and drops what it has taken over. */
  MaskedWords start(PartyStep step, List<Correlation> correlations) {
    BatchExecution opened = BatchExecution.open(step, correlations, inputs);
    MaskedWords masked = opened.start();
    execution = opened;
    inputs = null;
    return masked;
  }

  /** Returns whether its correlations are used. */
  boolean hasStarted() {
    return execution != null;
  }

  /** Takes the opening of the current round in, and gives its array back to its link. */
  Optional<MaskedWords> receive(int[] words, Link peer, WorkSplitter splitter) {
    Optional<MaskedWords> next = execution.receive(MaskedWords.of(words), splitter);
    peer.recycle(words);
    return next;
  }

  /** Returns the output's share of each image, after the last round. */
  List<Share> results() {
    return execution.results();
  }

  /** Returns the new share of the input of each image, after the last round; or nothing. */
  List<Share> reshared() {
    return execution.reshared();
  }

  /** Returns the round that the execution is in. */
  int round() {
    return round;
  }

  boolean abandoned() {
    return abandoned;
  }

  /** Drops the session, which has started; true if no work is in progress, so that it ends now. */
  boolean abandon() {
    abandoned = true;
    openings = null;
    return !busy;
  }

  /** Keeps the peer's opening until its turn; false if its round is impossible or was seen. */
  boolean offer(int ofRound, int[] words, int roundCount) {
    if (abandoned) {
      return true;
    }
    if (openings == null) {
      openings = new int[roundCount][];
    }
    if (ofRound < round
        || ofRound >= roundCount
        || openings[ofRound] != null
        || (busy && ofRound == round)) {
      return false;
    }
    openings[ofRound] = words;
    return true;
  }

  /** Returns whether it has begun and the opening of its round is all that it lacks. */
  boolean awaitsOpening() {
    return execution != null && !busy && !abandoned && openings == null;
  }

  /** Returns the opening of the next round, once; null while it or anything else is missing. */
  int[] takeOpening() {
    if (execution == null || busy || abandoned || openings == null || openings[round] == null) {
      return null;
    }
    busy = true;
    int[] words = openings[round];
    openings[round] = null;
    return words;
  }

  /** The work that {@link #takeOpening} began is over. */
  void settle() {
    busy = false;
  }

  void advanced() {
    round++;
  }
}
