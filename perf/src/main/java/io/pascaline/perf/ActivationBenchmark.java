// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One activation step of the fused suite on one thread, at the dealer and at P0: the published
 * quartic, and a line with six harmonics per channel as a fitted ReLU has. Times are for {@value
 * #ELEMENTS} elements in 64 channels. Only for comparing changes on an idle machine.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
public class ActivationBenchmark {
  static final int ELEMENTS = 1 << 16;

  private static final int CHANNELS = 64;
  private static final int HARMONICS = 6;
  private static final long EPOCH = 1;

  /** Which function. */
  @Param({"quartic", "harmonics"})
  public String function;

  private DealerStep dealer;
  private PartyStep party;
  private Share share;
  private MaskedWords fromPeer;
  private StepExecution execution;
  private long number;

  /** Makes both sides with keys from a seed. */
  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    KeyedRandom[] keys = {key(random), key(random)};
    Shape shape = Shape.of(CHANNELS, ELEMENTS / CHANNELS);
    if (function.equals("quartic")) {
      PolynomialBasis quartic = new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);
      FusedActivation step = FusedActivation.plan(0, shape, quartic, 26, 12);
      dealer = step.dealer(CorrectionReceiver.ALTERNATING, keys[0], keys[1]);
      party = step.party(0, CorrectionReceiver.ALTERNATING, EPOCH, keys[0]);
    } else {
      int entries = CHANNELS * HARMONICS;
      HarmonicFunction waves =
          new HarmonicFunction(
              CHANNELS,
              HARMONICS,
              random.ints(entries, 1, 40).toArray(),
              random.doubles(CHANNELS, 0, 1).toArray(),
              random.doubles(CHANNELS, 0, 1).toArray(),
              random.doubles(entries, -1, 1).toArray(),
              random.doubles(entries, -1, 1).toArray());
      HarmonicActivation step = HarmonicActivation.plan(0, shape, waves, 26, 12);
      dealer = step.dealer(CorrectionReceiver.ALTERNATING, keys[0], keys[1]);
      party = step.party(0, CorrectionReceiver.ALTERNATING, EPOCH, keys[0]);
    }
    share = WordShare.of(shape, random.ints(ELEMENTS).toArray());
    fromPeer = MaskedWords.of(random.ints(ELEMENTS).toArray());
  }

  private static KeyedRandom key(SplittableRandom random) {
    byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
    random.nextBytes(bytes);
    return KeyedRandom.derive(CorrelationKey.ofBytes(bytes), new byte[] {1});
  }

  /**
   * Prepares and starts the execution whose end is measured; in odd sessions, P0 draws its shares.
   */
  @Setup(Level.Invocation)
  public void open() {
    number += 2;
    SessionId session = new SessionId(EPOCH, number + 1);
    Correlation correlation = party.prepare(session, null, WorkSplitter.sequential());
    execution = party.open(correlation, share);
    execution.start();
  }

  /** Deals one inference, with the drawing of masks. */
  @Benchmark
  public int[] deal() {
    return dealer.deal(new SessionId(EPOCH, number), WorkSplitter.sequential());
  }

  /** Receives the peer's tensor and evaluates the function on shares. */
  @Benchmark
  public Share evaluate() {
    execution.receive(fromPeer, WorkSplitter.sequential());
    return execution.result();
  }
}
