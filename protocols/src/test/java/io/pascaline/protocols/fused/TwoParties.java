// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.PoisonedArrays;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.SplittableRandom;

/** Dealer and both parties of one step in one thread, with keys and sharings from a seed. */
final class TwoParties {
  static final long EPOCH = 0x5eed;

  final DealerStep dealer;
  final PartyStep[] parties;
  private final SplittableRandom random;
  private final WorkSplitter splitter;

  /** The two masked tensors of the latest run. */
  MaskedWords[] sent;

  private TwoParties(
      DealerStep dealer, PartyStep[] parties, SplittableRandom random, WorkSplitter splitter) {
    this.dealer = dealer;
    this.parties = parties;
    this.random = random;
    this.splitter = splitter;
  }

  static TwoParties function(FusedFunction function, long seed, WorkSplitter splitter) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyedRandom[] keys = {key(random), key(random)};
    PartyStep[] parties = {
      function.party(0, CorrectionReceiver.ALTERNATING, EPOCH, keys[0]),
      function.party(1, CorrectionReceiver.ALTERNATING, EPOCH, keys[1])
    };
    DealerStep dealer = function.dealer(CorrectionReceiver.ALTERNATING, keys[0], keys[1]);
    return new TwoParties(dealer, parties, random, splitter);
  }

  static TwoParties linear(
      FusedLinear linear, int[] weights, int[] biasOrNull, long seed, WorkSplitter splitter) {
    SplittableRandom random = new SplittableRandom(seed);
    KeyedRandom[] keys = {key(random), key(random)};
    LinearKernel kernel = LinearKernels.scalar();
    WordShare[] w = share(linear.map().weightShape(), weights, random);
    WordShare[] bias =
        biasOrNull == null
            ? new WordShare[2]
            : share(Shape.of(biasOrNull.length), biasOrNull, random);
    MaskedWords[] e = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      e[i] = linear.maskWeights(i, EPOCH, keys[i], w[i]);
    }
    PartyStep[] parties = new PartyStep[2];
    for (int i = 0; i < 2; i++) {
      parties[i] = linear.party(i, EPOCH, keys[i], kernel, e[i], e[1 - i], bias[i]);
    }
    DealerStep dealer = linear.dealer(EPOCH, keys[0], keys[1], kernel);
    return new TwoParties(dealer, parties, random, splitter);
  }

  static KeyedRandom key(SplittableRandom random) {
    byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
    random.nextBytes(bytes);
    return KeyedRandom.derive(CorrelationKey.ofBytes(bytes), new byte[] {1})
        .into(new PoisonedArrays());
  }

  static WordShare[] share(Shape shape, int[] secret, SplittableRandom random) {
    int[] first = random.ints(secret.length).toArray();
    int[] second = new int[secret.length];
    for (int i = 0; i < secret.length; i++) {
      second[i] = secret[i] - first[i];
    }
    return new WordShare[] {WordShare.of(shape, first), WordShare.of(shape, second)};
  }

  Correlation[] prepare(SessionId session) {
    int[] correction = dealer.deal(session, splitter);
    assertEquals(dealer.correctionWordCount(), correction.length);
    Correlation[] correlations = new Correlation[2];
    for (int i = 0; i < 2; i++) {
      int[] own = dealer.receiver(session) == i ? correction : null;
      correlations[i] = parties[i].prepare(session, own, splitter);
    }
    return correlations;
  }

  /** Runs the step for a tensor, shared at random, and returns what its output shares add up to. */
  int[] run(long number, Shape shape, int[] secret) {
    return run(prepare(new SessionId(EPOCH, number)), share(shape, secret, random));
  }

  int[] run(Correlation[] correlations, WordShare[] inputs) {
    StepExecution[] executions = new StepExecution[2];
    sent = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      executions[i] = parties[i].open(correlations[i], inputs[i]);
      sent[i] = executions[i].start();
    }
    for (int i = 0; i < 2; i++) {
      assertTrue(executions[i].receive(sent[1 - i], splitter).isEmpty());
    }
    return Sharing.reconstruct(
        (WordShare) executions[0].result(), (WordShare) executions[1].result());
  }

  /** Returns the tensor that the latest run opened. */
  int[] opened() {
    int[] sum = sent[0].words().clone();
    Words.add(sum, sent[1].words());
    return sum;
  }
}
