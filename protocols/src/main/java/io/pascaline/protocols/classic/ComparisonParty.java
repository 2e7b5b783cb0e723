// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.step.StepExecution;

/** One party's side of {@link ClassicComparison}. */
final class ComparisonParty extends ActivationParty<SignProductRun.Material[]> {
  private final ClassicComparison comparison;
  private final ClassicComparison.Reduction reduction;

  ComparisonParty(
      int partyId,
      ClassicComparison comparison,
      ClassicComparison.Reduction reduction,
      long epoch,
      KeyedRandom random) {
    super(
        partyId,
        comparison,
        StageOffsets.of(comparison, comparison.stageCount()).bits(),
        epoch,
        random);
    this.comparison = comparison;
    this.reduction = reduction;
  }

  @Override
  SignProductRun.Material[] material(SessionId session, Dealt half, WorkSplitter splitter) {
    SignProductRun.Material[] stages = new SignProductRun.Material[comparison.stageCount()];
    for (int stage = 0; stage < stages.length; stage++) {
      SignProduct product = new SignProduct(comparison.comparisonCount(stage));
      int round = stage * SignProduct.ROUNDS;
      int[][] masks = new int[SignProduct.ROUNDS][];
      masks[0] =
          drawWords(session, round, Purpose.ONE_SIDED_MASK, product.streamWords(0), splitter);
      for (int level = 1; level <= SignProduct.LEVELS; level++) {
        int count = product.roundWordCount(level);
        masks[level] = drawWords(session, round + level, Purpose.BIT_MASK, count, splitter);
      }
      int last = round + SignProduct.PRODUCT_ROUND;
      int signWords = product.streamWords(SignProduct.LEVELS);
      masks[SignProduct.PRODUCT_ROUND] =
          drawWords(session, last, Purpose.BIT_MASK, signWords, splitter);
      long[] a = draw(session, last, Purpose.OPENING_MASK, product.elementCount());
      StageOffsets at = StageOffsets.of(comparison, stage);
      stages[stage] = new SignProductRun.Material(product, masks, a, half, at);
    }
    return stages;
  }

  @Override
  StepExecution execution(DoubleWordShare input, SignProductRun.Material[] material) {
    return new Execution(input.doubleWords(), material);
  }

  private final class Execution extends RoundsExecution {
    private final SignProductRun.Material[] material;
    private long[] values;
    private SignProductRun run;

    Execution(long[] input, SignProductRun.Material[] material) {
      super(ComparisonParty.this);
      this.values = reduction.begin(input);
      this.material = material;
    }

    @Override
    int[] firstRound() {
      return material.length == 0 ? new int[0] : begin(0);
    }

    private int[] begin(int stage) {
      run = new SignProductRun(partyId(), material[stage], reduction.compared(stage, values));
      material[stage] = null;
      return run.start();
    }

    @Override
    int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
      int[] next = run.receive(round % SignProduct.ROUNDS, fromPeer);
      if (next != null) {
        return next;
      }
      int stage = round / SignProduct.ROUNDS;
      values = reduction.next(stage, values, run.positives());
      run = null;
      return stage + 1 == material.length ? null : begin(stage + 1);
    }

    @Override
    DoubleWordShare finish() {
      return DoubleWordShare.of(comparison.outputShape(), values);
    }
  }
}
