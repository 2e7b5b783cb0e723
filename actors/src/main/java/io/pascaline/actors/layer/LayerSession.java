// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import org.apache.pekko.actor.typed.ActorRef;

/** One inference's state in one protocol layer. Owned by the layer's actor; not thread-safe. */
final class LayerSession {
  /** The layer's inputs that have come, by port, while another is missing. */
  private Share[] arrived;

  private Share input;
  private ActorRef<Layer.Output> replyTo;
  private long startNs;
  private Correlation correlation;
  private StepExecution execution;
  private int[][] openings;
  private int round;
  private boolean preparing;
  private boolean busy;
  private boolean abandoned;

  /** Keeps one of the layer's inputs; returns all, by port, when it is the last one. */
  Share[] arrived(int port, Share share, int portCount) {
    if (arrived == null) {
      arrived = new Share[portCount];
    }
    arrived[port] = share;
    for (Share each : arrived) {
      if (each == null) {
        return null;
      }
    }
    Share[] all = arrived;
    arrived = null;
    return all;
  }

  void input(Share share, ActorRef<Layer.Output> session, long nowNs) {
    input = share;
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

  void correlation(Correlation prepared) {
    correlation = prepared;
  }

  /** True once: preparation may begin. */
  boolean beginPreparing() {
    boolean first = !preparing;
    preparing = true;
    return first;
  }

  boolean preparing() {
    return preparing;
  }

  boolean abandoned() {
    return abandoned;
  }

  /** Drops the inference; true if no work is in progress for it, so that it can end now. */
  boolean abandon() {
    abandoned = true;
    arrived = null;
    input = null;
    openings = null;
    return !busy && (correlation != null || execution != null);
  }

  boolean canStart() {
    return execution == null && !abandoned && input != null && correlation != null;
  }

  /** Begins the step and drops what it has taken over. */
  MaskedWords start(PartyStep step) {
    execution = step.open(correlation, input);
    correlation = null;
    input = null;
    return execution.start();
  }

  StepExecution execution() {
    return execution;
  }

  /** Returns the round that the execution is in. */
  int round() {
    return round;
  }

  /** Keeps the peer's opening until its turn; false if its step is impossible or was seen. */
  boolean offer(int step, int[] words, int roundCount) {
    if (abandoned) {
      return true;
    }
    if (openings == null) {
      openings = new int[roundCount][];
    }
    if (step < round || step >= roundCount || openings[step] != null || (busy && step == round)) {
      return false;
    }
    openings[step] = words;
    return true;
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
