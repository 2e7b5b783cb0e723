package io.pascaline.layers.check;

import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.ActivationLayer;
import io.pascaline.layers.plan.LinearLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.fused.FusedActivationDealer;
import io.pascaline.protocols.fused.FusedActivationParty;
import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.fused.FusedLinearDealer;
import io.pascaline.protocols.fused.FusedLinearParty;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.ring.LinearKernel;
import io.pascaline.protocols.ring.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
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
  record Outcome(WordShare[] shares, int exchanges, long onlineBytes, long correctionBytes) {}

  static LocalStep of(
      LinearLayer layer,
      ModelShare[] halves,
      long epoch,
      KeyedRandom[] randoms,
      LinearKernel kernel) {
    final FusedLinear linear = new FusedLinear(layer.id(), layer.map());
    final MaskedWords[] masked = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      masked[i] =
          FusedLinearParty.maskWeights(i, linear, epoch, randoms[i], halves[i].weights(layer.id()));
    }
    final PartyStep[] parties = new PartyStep[2];
    for (int i = 0; i < 2; i++) {
      parties[i] =
          FusedLinearParty.create(
              i,
              linear,
              epoch,
              randoms[i],
              kernel,
              masked[i],
              masked[1 - i],
              halves[i].biasOrNull(layer.id()));
    }
    final DealerStep dealer = new FusedLinearDealer(linear, epoch, randoms[0], randoms[1], kernel);
    return new LocalStep(dealer, parties, (long) masked[0].words().length * Integer.BYTES);
  }

  static LocalStep of(ActivationLayer layer, long epoch, KeyedRandom[] randoms) {
    final PartyStep[] parties = new PartyStep[2];
    for (int i = 0; i < 2; i++) {
      parties[i] = new FusedActivationParty(i, layer.activation(), epoch, randoms[i]);
    }
    return new LocalStep(
        new FusedActivationDealer(layer.activation(), randoms[0], randoms[1]), parties, 0);
  }

  long setupBytesPerDirection() {
    return setupBytesPerDirection;
  }

  Outcome run(SessionId session, WordShare[] inputs, CorrectionTap tap, WorkSplitter splitter) {
    final int[] correction = tap.onCorrection(dealer.layer(), dealer.deal(session, splitter));
    final long correctionBytes = (long) correction.length * Integer.BYTES;
    final StepExecution[] executions = new StepExecution[2];
    for (int i = 0; i < 2; i++) {
      final int[] received = dealer.receiver(session) == i ? correction : null;
      final Correlation correlation = parties[i].prepare(session, received, splitter);
      executions[i] = parties[i].open(correlation, inputs[i]);
    }
    int exchanges = 0;
    long onlineBytes = 0;
    MaskedWords from0 = executions[0].start();
    MaskedWords from1 = executions[1].start();
    while (from0 != null) {
      exchanges++;
      onlineBytes += (long) from0.words().length * Integer.BYTES;
      final Optional<MaskedWords> next0 = executions[0].receive(from1, splitter);
      final Optional<MaskedWords> next1 = executions[1].receive(from0, splitter);
      from0 = next0.orElse(null);
      from1 = next1.orElse(null);
    }
    final WordShare[] results = {
      (WordShare) executions[0].result(), (WordShare) executions[1].result()
    };
    return new Outcome(results, exchanges, onlineBytes, correctionBytes);
  }
}
