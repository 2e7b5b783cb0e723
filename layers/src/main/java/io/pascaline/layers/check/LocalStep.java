// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.fused.PublicLinear;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.Optional;

/** Dealer and both parties of one layer's step, driven by one thread. */
interface LocalStep {
  /**
   * What one execution gave and took.
   *
   * @param shares of the output, by party
   * @param resharedOrNull new shares of the input, by party
   */
  record Outcome(
      Share[] shares,
      Share[] resharedOrNull,
      int rounds,
      SentBytes online,
      long advanceBytes,
      long correctionBytes) {
    /** Returns an outcome without messages. */
    static Outcome local(Share[] shares) {
      return new Outcome(shares, null, 0, new SentBytes(0, 0), 0, 0);
    }
  }

  /**
   * Correlations of one execution, by party.
   *
   * @param correlations null where nothing is dealt
   */
  record Prepared(Correlation[] correlations, long correctionBytes) {
    /** Returns the share of the output that party 1 knows already; null if it does not. */
    Share knownOutputOrNull() {
      return correlations == null ? null : correlations[1].knownOutputOrNull();
    }

    /** Returns the new share of the input that party 1 knows already; null if there is none. */
    Share knownInputOrNull() {
      return correlations == null ? null : correlations[1].knownInputOrNull();
    }
  }

  /** Returns what each party sent of the weights. */
  SentBytes setup();

  /** Does the offline phase of one execution. */
  Prepared prepare(SessionId session, CorrectionTap tap, WorkSplitter splitter);

  /**
   * Runs the step once.
   *
   * @param knownOrNull the share of the input that party 1 opens in advance; null if it does not
   */
  Outcome run(Prepared prepared, Share[] inputs, Share knownOrNull, WorkSplitter splitter);

  static LocalStep of(
      StepLayer layer,
      CorrectionReceiver receiver,
      ModelShare[] shares,
      long epoch,
      KeyedRandom[] randoms,
      boolean reshares) {
    if (layer.isCommunicationFree()) {
      return PublicProduct.of((FusedLinearLayer) layer, shares);
    }
    LinearKernel kernel = LinearKernels.best();
    PartyStep[] parties = new PartyStep[2];
    long[] setupBytes = new long[2];
    if (layer instanceof WeightedLayer weighted) {
      int id = layer.id();
      MaskedWords[] masked = new MaskedWords[2];
      for (int i = 0; i < 2; i++) {
        if (weighted.setupWordCount(i) > 0) {
          masked[i] = weighted.maskWeights(i, epoch, randoms[i], shares[i].weightsOrNull(id));
          setupBytes[i] = (long) masked[i].words().length * Integer.BYTES;
        }
      }
      for (int i = 0; i < 2; i++) {
        parties[i] =
            weighted.partyStep(
                i,
                epoch,
                randoms[i],
                kernel,
                reshares,
                masked[i],
                masked[1 - i],
                shares[i].weightsOrNull(id),
                shares[i].biasOrNull(id));
      }
    } else {
      for (int i = 0; i < 2; i++) {
        parties[i] = ((FunctionLayer) layer).partyStep(i, receiver, epoch, randoms[i]);
      }
    }
    return new Protocol(
        layer.dealerStep(receiver, epoch, randoms[0], randoms[1], kernel),
        parties,
        new SentBytes(setupBytes[0], setupBytes[1]));
  }

  /** A step with messages. */
  record Protocol(DealerStep dealer, PartyStep[] parties, SentBytes setup) implements LocalStep {
    @Override
    public Prepared prepare(SessionId session, CorrectionTap tap, WorkSplitter splitter) {
      int[] correction = tap.onCorrection(dealer.layer(), dealer.deal(session, splitter));
      Correlation[] correlations = new Correlation[2];
      for (int i = 0; i < 2; i++) {
        int[] received = parties[i].receivesCorrection(session) ? correction : null;
        correlations[i] = parties[i].prepare(session, received, splitter);
      }
      return new Prepared(correlations, (long) correction.length * Integer.BYTES);
    }

    @Override
    public Outcome run(
        Prepared prepared, Share[] inputs, Share knownOrNull, WorkSplitter splitter) {
      MaskedWords inAdvance =
          knownOrNull == null
              ? null
              : parties[1].openInAdvance(prepared.correlations()[1], knownOrNull);
      StepExecution[] executions = new StepExecution[2];
      for (int i = 0; i < 2; i++) {
        executions[i] = parties[i].open(prepared.correlations()[i], inputs[i]);
      }
      int rounds = 0;
      long[] online = new long[2];
      MaskedWords from0 = executions[0].start();
      MaskedWords from1 = executions[1].start();
      for (int round = 0; round < parties[0].roundCount(); round++) {
        online[0] += bytes(from0);
        online[1] += bytes(from1);
        rounds += from0.words().length + from1.words().length > 0 ? 1 : 0;
        MaskedWords next0 = receive(0, executions, inAdvance == null ? from1 : inAdvance, splitter);
        from1 = receive(1, executions, from0, splitter);
        from0 = next0;
      }
      Share[] results = {executions[0].result(), executions[1].result()};
      Share[] reshared = {executions[0].reshared(), executions[1].reshared()};
      return new Outcome(
          results,
          reshared[0] == null ? null : reshared,
          rounds,
          new SentBytes(online[0], online[1]),
          inAdvance == null ? 0 : bytes(inAdvance),
          prepared.correctionBytes());
    }

    private static long bytes(MaskedWords masked) {
      return (long) masked.words().length * Integer.BYTES;
    }

    /** Returns what a party sends next, or null. */
    private MaskedWords receive(
        int partyId, StepExecution[] executions, MaskedWords message, WorkSplitter splitter) {
      Optional<MaskedWords> next =
          parties[partyId].receives()
              ? executions[partyId].receive(message, splitter)
              : Optional.empty();
      return next.orElse(null);
    }
  }

  /** A product with public weights: no message. */
  record PublicProduct(PublicLinear[] parties) implements LocalStep {
    static PublicProduct of(FusedLinearLayer layer, ModelShare[] shares) {
      PublicLinear[] parties = new PublicLinear[2];
      for (int i = 0; i < 2; i++) {
        parties[i] =
            layer.localMap(
                i,
                LinearKernels.best(),
                shares[i].weightsOrNull(layer.id()),
                shares[i].biasOrNull(layer.id()));
      }
      return new PublicProduct(parties);
    }

    @Override
    public SentBytes setup() {
      return new SentBytes(0, 0);
    }

    @Override
    public Prepared prepare(SessionId session, CorrectionTap tap, WorkSplitter splitter) {
      return new Prepared(null, 0);
    }

    @Override
    public Outcome run(
        Prepared prepared, Share[] inputs, Share knownOrNull, WorkSplitter splitter) {
      Share[] shares = new Share[2];
      for (int i = 0; i < 2; i++) {
        shares[i] = parties[i].apply((WordShare) inputs[i], splitter);
      }
      return Outcome.local(shares);
    }
  }
}
