// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.layer.LayerSessionState.Abandoned;
import io.pascaline.actors.layer.LayerSessionState.AwaitingCorrelations;
import io.pascaline.actors.layer.LayerSessionState.AwaitingInputs;
import io.pascaline.actors.layer.LayerSessionState.AwaitingOpening;
import io.pascaline.actors.layer.LayerSessionState.InStep;
import io.pascaline.actors.layer.LayerSessionState.Inputs;
import io.pascaline.actors.layer.LayerSessionState.Over;
import io.pascaline.actors.layer.LayerSessionState.Receiving;
import io.pascaline.actors.layer.LayerSessionState.Run;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One session in one protocol layer: its images take every step together. The session keeps inputs
 * and openings that arrive before it can use them. Its {@link LayerSessionState} determines which
 * of them it can use next. Owned by the layer's actor; not thread-safe.
 */
final class LayerSession {
  private final int imageCount;
  private LayerSessionState state = new AwaitingInputs();

  /** The layer's inputs that are here while another is missing, by port. */
  private final Map<Integer, List<Share>> arrived = new HashMap<>();

  /** The peer's openings that are here and not taken, by round. */
  private final Map<Integer, int[]> openings = new HashMap<>();

  /**
   * Begins without inputs, correlations or openings.
   *
   * @param imageCount the session's images, whose numbers are consecutive
   */
  LayerSession(int imageCount) {
    this.imageCount = imageCount;
  }

  int imageCount() {
    return imageCount;
  }

  /** Keeps one of the layer's inputs; with the last one, the step can begin. */
  void arrived(Layer.Input input, StepEntry entry, LongSupplier nanoClock) {
    arrived.put(input.port(), input.shares());
    if (arrived.size() == entry.portCount()) {
      List<Share> shares =
          IntStream.range(0, imageCount).mapToObj(i -> stepInput(i, entry)).toList();
      arrived.clear();
      state = state.inputsArrived(new Inputs(shares, input.replyTo(), nanoClock.getAsLong()));
    }
  }

  /** Returns what the step reads of one image. */
  private Share stepInput(int image, StepEntry entry) {
    Share[] ports = new Share[entry.portCount()];
    arrived.forEach((port, shares) -> ports[port] = shares.get(image));
    return entry.maker().apply(ports);
  }

  /** Returns whether the session waits for its correlations and for nothing else. */
  boolean awaitsCorrelations() {
    return state instanceof AwaitingCorrelations;
  }

  /** Returns what the step reads, by image; for a session that awaits its correlations. */
  List<Share> inputs() {
    return ((AwaitingCorrelations) state).inputs().shares();
  }

  /** Begins the step of a session that awaits its correlations. */
  MaskedWords start(PartyStep step, List<Correlation> correlations) {
    BatchExecution execution = BatchExecution.open(step, correlations, inputs());
    MaskedWords masked = execution.start();
    state = state.started(execution);
    return masked;
  }

  /** Returns whether its correlations are used. */
  boolean hasStarted() {
    return state.hasStarted();
  }

  /** Keeps the peer's opening until its turn; false if its round is impossible or was seen. */
  boolean offer(int round, int[] words, int roundCount) {
    return state.isEnding()
        || (round < roundCount
            && state.accepts(round)
            && openings.putIfAbsent(round, words) == null);
  }

  /** Returns whether the step has begun and waits for the opening of its round. */
  boolean awaitsOpening() {
    return state instanceof AwaitingOpening awaiting && !openings.containsKey(awaiting.round());
  }

  /** Returns the round to compute, once; null while its opening or anything else is missing. */
  Receiving takeOpeningOrNull() {
    int[] words =
        state instanceof AwaitingOpening awaiting ? openings.remove(awaiting.round()) : null;
    if (words == null) {
      return null;
    }
    state = state.openingTaken(MaskedWords.of(words));
    return (Receiving) state;
  }

  /** Takes note that its round is computed; returns the next one. */
  int advance() {
    state = state.advanced();
    return ((AwaitingOpening) state).round();
  }

  /** Takes note that its round could not be computed. */
  void fail() {
    state = state.failed();
  }

  /** Ends the session, whose step has its results; returns the step. */
  Run end() {
    Run run = ((InStep) state).run();
    state = state.ended();
    return run;
  }

  /** Drops the session; returns whether it is over now, since none of its rounds is computed. */
  boolean abandon() {
    state = state.abandoned();
    openings.clear();
    return state instanceof Over;
  }

  /** Returns whether it was abandoned while its round was computed. */
  boolean isAbandoned() {
    return state instanceof Abandoned;
  }
}
