// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.RequestId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A request of a client and where it stands. It is attempted once or more, each time under a new id
 * and in new random shares:
 *
 * <pre>
 * PAUSED  --begin-->          WAITING
 * WAITING --ask-->            ASKED
 * WAITING, ASKED --attemptEnded, to be repeated--> PAUSED
 * PAUSED, WAITING, ASKED --end--> OVER
 * </pre>
 *
 * <p>Everything else is a fault of the program. Owned by the client's actor; not thread-safe.
 */
final class ClientRequest {
  private final ActorRef<Client.Reply> replyTo;
  private final List<int[]> inputs;
  private final long timeoutMs;
  private final long startNs;
  private Stage stage = Stage.PAUSED;
  private RequestId id;
  private int attempts;
  private int ends;
  private Client.Failed lateRefusalOrNull;
  private int[][] outputs = new int[0][];
  private long firstOutputNs;

  /** Where a request stands. */
  enum Stage {
    /** No attempt is in flight: none has begun, or the next follows after a pause. */
    PAUSED,
    /** An attempt has an id, and the parties have not been asked. */
    WAITING,
    /** The parties have been asked. */
    ASKED,
    /** It has its reply. */
    OVER
  }

  /** What follows the end of an attempt. */
  sealed interface Next {}

  /** Another attempt, after a pause. */
  record Again(long pauseMs) implements Next {}

  /** Nothing: the request has failed. */
  record Failing(Client.Failed failed) implements Next {}

  /**
   * Makes a request, of which no attempt has begun.
   *
   * @param replyTo gets the one reply
   * @param inputs at least one image
   * @param timeoutMs its deadline, from the start
   * @param startNs when it was made
   */
  ClientRequest(ActorRef<Client.Reply> replyTo, List<int[]> inputs, long timeoutMs, long startNs) {
    this.replyTo = replyTo;
    this.inputs = inputs;
    this.timeoutMs = timeoutMs;
    this.startNs = startNs;
  }

  ActorRef<Client.Reply> replyTo() {
    return replyTo;
  }

  List<int[]> inputs() {
    return inputs;
  }

  int imageCount() {
    return inputs.size();
  }

  long timeoutMs() {
    return timeoutMs;
  }

  Stage stage() {
    return stage;
  }

  /** Returns the id of the last attempt; null before the first. */
  RequestId id() {
    return id;
  }

  /** Returns how much of its time is left; negative if none is. */
  long leftMs(long nowNs) {
    return timeoutMs - TimeUnit.NANOSECONDS.toMillis(nowNs - startNs);
  }

  /** Returns how long it has taken so far. */
  long latencyNs(long nowNs) {
    return nowNs - startNs;
  }

  /** Returns when the first output of the last attempt came. */
  long firstOutputNs() {
    return firstOutputNs;
  }

  /**
   * Returns the refusal that took most of the time, and so is the reason if the last attempt gets
   * no answer; null if there is none.
   */
  Client.Failed lateRefusalOrNull() {
    return lateRefusalOrNull;
  }

  /**
   * Begins an attempt.
   *
   * @param attempt its id, which no other has
   * @param partyCount how many parties will give an output
   */
  void begin(RequestId attempt, int partyCount) {
    change(EnumSet.of(Stage.PAUSED), Stage.WAITING);
    id = attempt;
    attempts++;
    outputs = new int[partyCount][];
  }

  /** The parties are about to be asked. */
  void ask() {
    change(EnumSet.of(Stage.WAITING), Stage.ASKED);
  }

  /**
   * Takes an output of a party that was asked; the last of one party counts.
   *
   * @return whether all are there
   */
  boolean takeOutput(int party, int[] words, long nowNs) {
    require(EnumSet.of(Stage.ASKED), "an output");
    if (Arrays.stream(outputs).allMatch(Objects::isNull)) {
      firstOutputNs = nowNs;
    }
    outputs[party] = words;
    return Arrays.stream(outputs).noneMatch(Objects::isNull);
  }

  /** Returns the outputs, by party. */
  int[][] outputs() {
    return outputs;
  }

  /**
   * Returns what follows an attempt that has ended without an answer. It is repeated if the reason
   * may pass and the deadline leaves room for the pause; otherwise the caller is to {@link #end}
   * the request.
   *
   * @param jitter from 0 to 1, drawn only for a repetition
   */
  Next attemptEnded(Client.Failed failed, Retries retries, DoubleSupplier jitter, long nowNs) {
    require(EnumSet.of(Stage.WAITING, Stage.ASKED), "the end of an attempt");
    ends++;
    if (!retries.isRetried(failed.reason(), attempts)) {
      return new Failing(failed);
    }
    long pauseMs = retries.pauseMs(ends, failed.retryAfterMs(), jitter.getAsDouble());
    long leftMs = leftMs(nowNs);
    if (pauseMs >= leftMs) {
      return new Failing(new Client.Failed(failed.reason(), failed.detail(), pauseMs));
    }
    if (retries.isRefusal(failed.reason())) {
      attempts--; // No party has begun.
      if (2 * (leftMs - pauseMs) < timeoutMs) {
        lateRefusalOrNull = failed;
      }
    }
    stage = Stage.PAUSED;
    outputs = new int[0][]; // Of another sharing than the next attempt's.
    return new Again(pauseMs);
  }

  /** It gets its reply now. */
  void end() {
    change(EnumSet.of(Stage.PAUSED, Stage.WAITING, Stage.ASKED), Stage.OVER);
  }

  private void change(Set<Stage> from, Stage to) {
    require(from, to.toString());
    stage = to;
  }

  private void require(Set<Stage> allowed, String what) {
    if (!allowed.contains(stage)) {
      throw new IllegalStateException("request is " + stage + ", which precedes no " + what);
    }
  }

  @Override
  public String toString() {
    return "ClientRequest[" + id + ", " + stage + ", images=" + inputs.size() + "]";
  }
}
