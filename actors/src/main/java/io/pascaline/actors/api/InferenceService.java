// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Private inference as its user sees it: an input goes in, logits come out, no party sees either.
 *
 * <p>Thread-safe. Trust model: two semi-honest parties that do not collude, and an honest dealer
 * that colludes with nobody.
 */
public interface InferenceService extends AutoCloseable {
  /**
   * Shares an input between the parties and puts the answer together.
   *
   * @param input the network's input, row-major, as many values as the plan's input shape has
   * @return the answer; fails with an {@link InferenceException} that names the reason, at the
   *     latest when the service's request timeout has passed
   * @throws IllegalArgumentException for an input of another length, or with values that are not
   *     finite or that the fixed point cannot hold. Values beyond the plan's range give an answer
   *     with {@link InferenceResult#warnings() warnings}
   */
  CompletionStage<InferenceResult> infer(float[] input);

  /**
   * Returns the same with a deadline of its own.
   *
   * @param timeout from now on, 1 ms to ten minutes
   */
  CompletionStage<InferenceResult> infer(float[] input, Duration timeout);

  /**
   * Runs several inputs as one session: one message for all of them per layer and round, and one
   * hand-over. Each input still has correlations of its own, and its answer is the same, bit for
   * bit, as alone with these.
   *
   * <p>What belongs to one input fails that input alone, with the exception that {@link
   * #infer(float[])} throws: another length, values that are not finite, that the fixed point
   * cannot hold or, under {@link RangePolicy#REFUSE}, that are out of the plan's range, and an
   * answer that is. The others run without it. Everything else ends the session, and all its inputs
   * fail with the same {@link InferenceException}: its deadline, a party, dealer or client that is
   * lost, a party that breaks the protocol, a refusal, and a fault of a program. More inputs than
   * the parties take in one session are refused with {@link
   * io.pascaline.transport.link.AbortReason#BATCH_TOO_LARGE}, and the message says how many they
   * take.
   *
   * @param inputs each as for {@link #infer(float[])}, at least one
   * @return the answer of each, in the order of the inputs
   * @throws IllegalArgumentException if there is no input
   */
  List<CompletionStage<InferenceResult>> infer(List<float[]> inputs);

  /**
   * Returns the same with a deadline of its own.
   *
   * @param timeout from now on, 1 ms to ten minutes
   */
  List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration timeout);

  /** Completes with one line when the service cannot ever answer as it is set up. */
  CompletionStage<String> failure();

  /**
   * Waits until correlations are available, so that the next inferences are online work alone.
   *
   * @param inferenceCount for how many inferences; at most what the parties buffer
   * @param timeout how long to wait at most
   * @return completes when both parties hold them; fails with an {@link InferenceException}
   */
  CompletionStage<Void> ready(int inferenceCount, Duration timeout);

  /** Returns what has been counted at the links so far. */
  ServiceStatistics statistics();

  /** Ends all actors and links. Inferences in flight fail. */
  @Override
  void close();
}
