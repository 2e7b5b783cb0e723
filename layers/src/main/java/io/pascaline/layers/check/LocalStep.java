// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.Optional;

/** Dealer and both parties of one layer's step, driven by one thread. */
final class LocalStep {
  private final DealerStep dealer;
  private final PartyStep[] parties;
  private final long setupBytesPerDirection;

  private LocalStep(DealerStep dealer, PartyStep[] parties, long setupBytesPerDirection) {
    this.dealer = dealer;
    this.parties = parties;
    this.setupBytesPerDirection = setupBytesPerDirection;
  }

  /** What one execution gave and took. */
  record Outcome(Share[] shares, int rounds, long onlineBytes, long correctionBytes) {}

  static LocalStep of(StepLayer layer, ModelShare[] halves, long epoch, KeyedRandom[] randoms) {
    LinearKernel kernel = LinearKernels.best();
    PartyStep[] parties = new PartyStep[2];
    long setupBytes = 0;
    if (layer instanceof WeightedLayer weighted) {
      int id = layer.id();
      MaskedWords[] masked = new MaskedWords[2];
      for (int i = 0; i < 2; i++) {
        masked[i] = weighted.maskWeights(i, epoch, randoms[i], halves[i].weights(id));
      }
      for (int i = 0; i < 2; i++) {
        Share bias = halves[i].biasOrNull(id);
        parties[i] =
            weighted.partyStep(i, epoch, randoms[i], kernel, masked[i], masked[1 - i], bias);
      }
      setupBytes = (long) masked[0].words().length * Integer.BYTES;
    } else {
      for (int i = 0; i < 2; i++) {
        parties[i] = ((FunctionLayer) layer).partyStep(i, epoch, randoms[i]);
      }
    }
    return new LocalStep(
        layer.dealerStep(epoch, randoms[0], randoms[1], kernel), parties, setupBytes);
  }

  long setupBytesPerDirection() {
    return setupBytesPerDirection;
  }

  Outcome run(SessionId session, Share[] inputs, CorrectionTap tap, WorkSplitter splitter) {
    int[] correction = tap.onCorrection(dealer.layer(), dealer.deal(session, splitter));
    long correctionBytes = (long) correction.length * Integer.BYTES;
    StepExecution[] executions = new StepExecution[2];
    for (int i = 0; i < 2; i++) {
      int[] received = parties[i].receivesCorrection(session) ? correction : null;
      Correlation correlation = parties[i].prepare(session, received, splitter);
      executions[i] = parties[i].open(correlation, inputs[i]);
    }
    int rounds = 0;
    long onlineBytes = 0;
    MaskedWords from0 = executions[0].start();
    MaskedWords from1 = executions[1].start();
    while (from0 != null && parties[0].roundCount() > 0) {
      rounds++;
      onlineBytes += (long) from0.words().length * Integer.BYTES;
      Optional<MaskedWords> next0 = executions[0].receive(from1, splitter);
      Optional<MaskedWords> next1 = executions[1].receive(from0, splitter);
      from0 = next0.orElse(null);
      from1 = next1.orElse(null);
    }
    Share[] results = {executions[0].result(), executions[1].result()};
    return new Outcome(results, rounds, onlineBytes, correctionBytes);
  }
}
