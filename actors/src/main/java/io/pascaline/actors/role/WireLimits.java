// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.codec.FrameLimits;

/**
 * What a plan lets a peer send: no tensor larger than its largest, and room to queue one opening of
 * all weights beside the online traffic. A client, who may be anybody with a pinned key, gets what
 * its requests need and no more.
 */
public final class WireLimits {
  private static final long ONLINE_QUEUE_BYTES = 64L << 20;

  /** Refusals and the like that wait to be acknowledged: some 4,000. */
  private static final long CLIENT_QUEUE_BYTES = 1L << 20;

  /** What an answer takes beside its words, and more. */
  private static final int ANSWER_OVERHEAD_BYTES = 256;

  /** One frame over shared memory; an input of the wrong size is so refused in words. */
  private static final int FRAME_WORDS = 1 << 14;

  /** Party 1 may still be at work on what party 0 has finished. */
  private static final int PARTIES = 2;

  private WireLimits() {}

  /**
   * Sets the limits of a node that runs a plan.
   *
   * @param maxBatch images of one session that it takes, or asks for
   */
  public static TransportContext apply(
      NetworkPlan plan, int maxBatch, RuntimeSettings runtime, TransportContext context) {
    return context
        .maxMessageWords(largestMessageWords(plan, maxBatch))
        .maxQueuedBytes(maxQueuedBytes(plan, maxBatch))
        .clientMaxMessageWords(clientMessageWords(plan, maxBatch))
        .clientMaxQueuedBytes(clientQueuedBytes(plan, runtime))
        .maxLinks(runtime.links().maxLinks());
  }

  /** Words of the largest tensor that is taken of a client: input shares, or a frame of any. */
  static int clientMessageWords(NetworkPlan plan, int maxBatch) {
    long inputWords = (long) maxBatch * plan.inputWordCount();
    return (int) Math.min(largestMessageWords(plan, maxBatch), Math.max(inputWords, FRAME_WORDS));
  }

  /**
   * Returns what a party queues for one link of a client, acknowledged or not: all its answers,
   * were it the only one who asks, and 1 MiB.
   */
  static long clientQueuedBytes(NetworkPlan plan, RuntimeSettings runtime) {
    long requests = (long) PARTIES * (runtime.maxSessions() + runtime.limits().maxQueued());
    long answerBytes = (long) Integer.BYTES * plan.outputWordCount() + ANSWER_OVERHEAD_BYTES;
    return Math.min(maxQueuedBytes(plan), CLIENT_QUEUE_BYTES + requests * answerBytes);
  }

  /**
   * Returns what a link must be able to queue: a smaller limit would break every epoch as it
   * begins.
   */
  public static long maxQueuedBytes(NetworkPlan plan) {
    return ONLINE_QUEUE_BYTES + plan.costs().setupBytesPerDirection();
  }

  /**
   * Returns the same where sessions carry several images: their largest tensor comes on top, so
   * that it fits beside others.
   *
   * @param maxBatch images of one session
   */
  public static long maxQueuedBytes(NetworkPlan plan, int maxBatch) {
    return maxQueuedBytes(plan) + (maxBatch - 1) * Integer.BYTES * largestOnlineWords(plan);
  }

  /**
   * Words of the largest tensor that any role sends to another, as it travels, or somewhat more: a
   * layer of many rounds counts with their sum.
   */
  static int largestMessageWords(NetworkPlan plan, int maxBatch) {
    long largestWords = maxBatch * largestOnlineWords(plan);
    for (LayerCost layer : plan.costs().layers()) {
      largestWords = Math.max(largestWords, layer.offlineBytes() / Integer.BYTES);
      largestWords = Math.max(largestWords, layer.setupBytesPerDirection() / Integer.BYTES);
    }
    return (int) Math.min(FrameLimits.MAX_WORDS, largestWords);
  }

  /** Words of the largest tensor of one image, as it travels. */
  private static long largestOnlineWords(NetworkPlan plan) {
    long largestWords = Math.max(plan.inputWordCount(), plan.outputWordCount());
    for (LayerCost layer : plan.costs().layers()) {
      largestWords = Math.max(largestWords, layer.onlineBytesPerDirection() / Integer.BYTES);
      largestWords = Math.max(largestWords, layer.advanceBytes() / Integer.BYTES);
    }
    return largestWords;
  }
}
