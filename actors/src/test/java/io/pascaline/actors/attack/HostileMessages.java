package io.pascaline.actors.attack;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import java.util.SplittableRandom;

/** Messages of every kind, well formed, with ids, sizes, layers and steps that fit nothing. */
final class HostileMessages {
  private static final int KINDS = 8;

  private final NetworkPlan plan;
  private final SplittableRandom random;

  HostileMessages(final NetworkPlan plan, final SplittableRandom random) {
    this.plan = plan;
    this.random = random;
  }

  LinkMessage next() {
    return switch (random.nextInt(KINDS)) {
      case 0 -> new LinkMessage.EpochStart(number(), nonce(), nonce(), nonce(), nonce());
      case 1 -> new LinkMessage.SessionOpen(number(), number(), number(), number(), number());
      case 2 ->
          new LinkMessage.SessionAbort(
              number(),
              number(),
              number(),
              number(),
              pick(AbortReason.values()),
              "x".repeat(random.nextInt(600)),
              random.nextInt(1_000));
      case 3 -> new LinkMessage.Failure(pick(FailureCode.values()), "no");
      case 4 -> new LinkMessage.Credit(number(), (int) number(), number());
      case 5 -> new LinkMessage.InputShare(number(), number(), number(), inputWords());
      case 6 -> new LinkMessage.MaskedTensor(number(), number(), layer(), layer(), words());
      default -> new LinkMessage.Correction(number(), number(), layer(), words());
    };
  }

  /** Any number, and often one that means something. */
  private long number() {
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> random.nextInt(64);
      case 3 -> Long.MAX_VALUE;
      case 4 -> Long.MIN_VALUE;
      default -> random.nextLong();
    };
  }

  private int layer() {
    return random.nextBoolean() ? random.nextInt(plan.layers().size()) : random.nextInt();
  }

  /** Almost never as many as an input has, or the parties would get work. */
  private int[] inputWords() {
    final int words = random.nextInt(2 * plan.inputWordCount());
    return new int[words == plan.inputWordCount() ? words + 1 : words];
  }

  private int[] words() {
    return random.ints(random.nextInt(256)).toArray();
  }

  private byte[] nonce() {
    final byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  private <T> T pick(final T[] values) {
    return values[random.nextInt(values.length)];
  }
}
