// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportContext;

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

  /** Sets the limits of a node that runs a plan. */
  public static TransportContext apply(
      NetworkPlan plan, RuntimeSettings runtime, TransportContext context) {
    return context
        .maxMessageWords(largestMessageWords(plan))
        .maxQueuedBytes(maxQueuedBytes(plan))
        .clientMaxMessageWords(clientMessageWords(plan))
        .clientMaxQueuedBytes(clientQueuedBytes(plan, runtime))
        .maxLinks(runtime.links().maxLinks());
  }

  /** Words of the largest tensor that is taken of a client: an input share, or a frame of any. */
  static int clientMessageWords(NetworkPlan plan) {
    return Math.min(largestMessageWords(plan), Math.max(plan.inputWordCount(), FRAME_WORDS));
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
   * Words of the largest tensor that any role sends to another, as it travels, or somewhat more: a
   * layer of many rounds counts with their sum.
   */
  static int largestMessageWords(NetworkPlan plan) {
    long largestBytes =
        (long) Integer.BYTES * Math.max(plan.inputWordCount(), plan.outputWordCount());
    for (LayerCost layer : plan.costs().layers()) {
      largestBytes = Math.max(largestBytes, layer.onlineBytesPerDirection());
      largestBytes = Math.max(largestBytes, layer.offlineBytes());
      largestBytes = Math.max(largestBytes, layer.setupBytesPerDirection());
    }
    return Math.toIntExact(largestBytes / Integer.BYTES);
  }
}
