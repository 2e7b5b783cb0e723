package io.pascaline.actors.link;

import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportContext;

/**
 * What a plan lets a peer send: no tensor larger than its largest, and room to queue one opening of
 * all weights beside the online traffic.
 */
public final class WireLimits {
  private static final long ONLINE_QUEUE_BYTES = 64L << 20;

  private WireLimits() {}

  /** Sets the limits of a node that runs a plan. */
  public static TransportContext apply(final NetworkPlan plan, final TransportContext context) {
    return context.maxMessageWords(largestMessageWords(plan)).maxQueuedBytes(maxQueuedBytes(plan));
  }

  /** What a link must be able to queue: a smaller limit would break every epoch as it begins. */
  public static long maxQueuedBytes(final NetworkPlan plan) {
    return ONLINE_QUEUE_BYTES + plan.costs().setupBytesPerDirection();
  }

  /**
   * Words of the largest tensor that any role sends to another, as it travels, or somewhat more: a
   * layer of many rounds counts with their sum.
   */
  static int largestMessageWords(final NetworkPlan plan) {
    long largestBytes =
        (long) Integer.BYTES * Math.max(plan.inputWordCount(), plan.outputWordCount());
    for (final LayerCost layer : plan.costs().layers()) {
      largestBytes = Math.max(largestBytes, layer.onlineBytesPerDirection());
      largestBytes = Math.max(largestBytes, layer.offlineBytes());
      largestBytes = Math.max(largestBytes, layer.setupBytesPerDirection());
    }
    return Math.toIntExact(largestBytes / Integer.BYTES);
  }
}
