// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Messages of every kind, well formed, with ids, sizes, layers and steps that fit nothing. */
final class HostileMessages {
  private static final List<FrameKind> KINDS =
      Stream.of(FrameKind.values()).filter(FrameKind::isMessage).toList();

  private final NetworkPlan plan;
  private final SplittableRandom random;

  HostileMessages(NetworkPlan plan, SplittableRandom random) {
    this.plan = plan;
    this.random = random;
  }

  LinkMessage next() {
    return of(KINDS.get(random.nextInt(KINDS.size())));
  }

  LinkMessage of(FrameKind kind) {
    return switch (kind) {
      case EPOCH_START -> new LinkMessage.EpochStart(number(), nonce(), nonce(), nonce(), nonce());
      case SESSION_OPEN ->
          new LinkMessage.SessionOpen(
              number(), number(), 1 + random.nextInt(LinkMessage.MAX_BATCH), request(), number());
      case REQUEST_ABORT ->
          new LinkMessage.RequestAbort(
              number(),
              number(),
              request(),
              pick(AbortReason.values()),
              text(),
              random.nextInt(1_000));
      case FAILURE -> new LinkMessage.Failure(pick(FailureCode.values()), text());
      case SESSION_CHECK -> new LinkMessage.SessionCheck(number(), number(), seed());
      case WITNESS_DIGEST -> new LinkMessage.WitnessDigest(number(), number(), layer(), seed());
      case CREDIT -> new LinkMessage.Credit(number(), (int) number(), number());
      case INPUT_SHARE -> new LinkMessage.InputShare(request(), number(), inputWords());
      case OUTPUT_SHARE -> new LinkMessage.OutputShare(request(), words());
      case MASKED_TENSOR ->
          new LinkMessage.MaskedTensor(number(), number(), layer(), round(), words());
      case CORRECTION -> new LinkMessage.Correction(number(), number(), layer(), words());
      default -> throw new IllegalArgumentException("kind is " + kind + ", which the links say");
    };
  }

  private RequestId request() {
    return new RequestId(number(), number());
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

  private int round() {
    return random.nextInt(4) == 0 ? LinkMessage.IN_ADVANCE : layer();
  }

  /** As many as an input has half of the time: then the parties get work. */
  private int[] inputWords() {
    return new int[random.nextBoolean() ? plan.inputWordCount() : random.nextInt(600)];
  }

  /** Now and then longer than any may be. */
  private String text() {
    return "x".repeat(random.nextInt(1, 600));
  }

  private int[] words() {
    return random.ints(random.nextInt(256)).toArray();
  }

  private byte[] nonce() {
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  private byte[] seed() {
    byte[] seed = new byte[LinkMessage.CHECK_BYTES];
    random.nextBytes(seed);
    return seed;
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
