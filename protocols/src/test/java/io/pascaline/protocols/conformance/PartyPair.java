// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.PoisonedArrays;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Dealer and both parties of one step of any suite, in one thread. */
final class PartyPair {
  static final long EPOCH = 0xc1a551cL;

  final DealerStep dealer;
  final PartyStep[] parties;

  PartyPair(DealerStep dealer, PartyStep... parties) {
    this.dealer = dealer;
    this.parties = parties;
  }

  /** Keys of the dealer with P0 and with P1. */
  static KeyedRandom[] keys(SplittableRandom random) {
    KeyedRandom[] keys = new KeyedRandom[2];
    for (int i = 0; i < 2; i++) {
      byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
      random.nextBytes(bytes);
      keys[i] =
          KeyedRandom.derive(CorrelationKey.ofBytes(bytes), new byte[] {7})
              .into(new PoisonedArrays());
    }
    return keys;
  }

  static WordShare[] shareWords(Shape shape, long[] secret, SplittableRandom random) {
    int[] first = random.ints(secret.length).toArray();
    int[] second = new int[secret.length];
    for (int i = 0; i < secret.length; i++) {
      second[i] = (int) secret[i] - first[i];
    }
    return new WordShare[] {WordShare.of(shape, first), WordShare.of(shape, second)};
  }

  static DoubleWordShare[] shareDoubleWords(Shape shape, long[] secret, SplittableRandom random) {
    long[] first = random.longs(secret.length).toArray();
    long[] second = new long[secret.length];
    for (int i = 0; i < secret.length; i++) {
      second[i] = secret[i] - first[i];
    }
    return new DoubleWordShare[] {
      DoubleWordShare.of(shape, first), DoubleWordShare.of(shape, second)
    };
  }

  /** Returns what two shares add up to, as signed integers. */
  static long[] reconstruct(Share first, Share second) {
    if (first instanceof WordShare a) {
      int[] b = ((WordShare) second).words();
      long[] sum = new long[b.length];
      for (int i = 0; i < b.length; i++) {
        sum[i] = a.words()[i] + b[i];
      }
      return sum;
    }
    long[] sum = ((DoubleWordShare) first).doubleWords().clone();
    long[] b = ((DoubleWordShare) second).doubleWords();
    for (int i = 0; i < b.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  static SessionId session(long number) {
    return new SessionId(EPOCH, number);
  }

  Correlation[] prepare(SessionId session, WorkSplitter splitter) {
    int[] correction = dealer.deal(session, splitter);
    Correlation[] correlations = new Correlation[2];
    for (int i = 0; i < 2; i++) {
      int[] own = parties[i].receivesCorrection(session) ? correction : null;
      correlations[i] = parties[i].prepare(session, own, splitter);
    }
    return correlations;
  }

  /** Both parties' executions of a session, not started. */
  StepExecution[] open(long number, Share[] inputs) {
    Correlation[] correlations = prepare(session(number), WorkSplitter.sequential());
    return new StepExecution[] {
      parties[0].open(correlations[0], inputs[0]), parties[1].open(correlations[1], inputs[1])
    };
  }

  /** Hands a message to a party, unless its peer is silent. */
  Optional<MaskedWords> receive(
      int partyId, StepExecution execution, MaskedWords message, WorkSplitter splitter) {
    return parties[partyId].receives() ? execution.receive(message, splitter) : Optional.empty();
  }

  /**
   * Both parties' executions for several images, not started.
   *
   * @param first number of the first image; the others have the next ones
   * @param inputs by party and image
   */
  BatchExecution[] openBatch(long first, List<List<Share>> inputs) {
    List<List<Correlation>> correlations = List.of(new ArrayList<>(), new ArrayList<>());
    for (int image = 0; image < inputs.get(0).size(); image++) {
      Correlation[] both = prepare(session(first + image), WorkSplitter.sequential());
      correlations.get(0).add(both[0]);
      correlations.get(1).add(both[1]);
    }
    return new BatchExecution[] {
      BatchExecution.open(parties[0], correlations.get(0), inputs.get(0)),
      BatchExecution.open(parties[1], correlations.get(1), inputs.get(1))
    };
  }

  Run run(long number, Share[] inputs) {
    return run(number, inputs, WorkSplitter.sequential());
  }

  Run run(long number, Share[] inputs, WorkSplitter splitter) {
    Correlation[] correlations = prepare(session(number), splitter);
    StepExecution p0 = parties[0].open(correlations[0], inputs[0]);
    StepExecution p1 = parties[1].open(correlations[1], inputs[1]);
    MaskedWords from0 = p0.start();
    MaskedWords from1 = p1.start();
    List<int[][]> rounds = new ArrayList<>();
    for (int round = 0; round < parties[0].roundCount(); round++) {
      rounds.add(new int[][] {from0.words().clone(), from1.words().clone()});
      Optional<MaskedWords> next0 = receive(0, p0, from1, splitter);
      Optional<MaskedWords> next1 = receive(1, p1, from0, splitter);
      from0 = next0.orElse(null);
      from1 = next1.orElse(null);
    }
    return new Run(reconstruct(p0.result(), p1.result()), rounds, p0.result(), p1.result());
  }

  /**
   * One run of a step.
   *
   * @param output what the output shares add up to
   * @param rounds per round, what P0 and P1 sent
   */
  record Run(long[] output, List<int[][]> rounds, Share first, Share second) {}
}
