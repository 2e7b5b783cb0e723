// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.SessionLedger;
import io.pascaline.protocols.step.StepExecution;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Correlations and executions, used as they must not be. */
class SingleUseTest {
  private static final Shape SHAPE = Shape.of(5);
  private static final WorkSplitter ALONE = WorkSplitter.sequential();
  private static final FusedActivation ACTIVATION =
      FusedActivation.plan(3, SHAPE, new PolynomialBasis(0, 0.5, 0.25), 26, 12);
  private static final HarmonicActivation HARMONIC =
      HarmonicActivation.plan(
          3, SHAPE, RandomHarmonics.random(5, 2, true, 9, new SplittableRandom(1)), 26, 12);
  private static final FusedLinear LINEAR = new FusedLinear(3, new MatrixProduct(5, 5));

  static Stream<TwoParties> steps() {
    return Stream.of(
        TwoParties.function(ACTIVATION, 1, ALONE),
        TwoParties.function(HARMONIC, 1, ALONE),
        TwoParties.linear(LINEAR, new int[25], null, 1, ALONE));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseASecondUseOfACorrelation(TwoParties step) {
    Correlation correlation = step.prepare(session(0))[0];
    assertEquals(session(0), correlation.session());
    step.parties[0].open(correlation, share());

    assertThrows(IllegalStateException.class, () -> step.parties[0].open(correlation, share()));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseAnotherCorrelationOfAnOpenedSession(TwoParties step) {
    Correlation first = step.prepare(session(0))[1];
    Correlation again = step.prepare(session(0))[1];
    step.parties[1].open(first, share());

    assertThrows(IllegalStateException.class, () -> step.parties[1].open(again, share()));
  }

  @ParameterizedTest
  @MethodSource("steps")
  @Timeout(60)
  void shouldLetOneOfManyThreadsUseACorrelation(TwoParties step) {
    for (int round = 0; round < 20; round++) {
      Correlation correlation = step.prepare(session(round))[0];
      AtomicInteger used = new AtomicInteger();

      IntStream.range(0, 16)
          .parallel()
          .forEach(
              i -> {
                try {
                  step.parties[0].open(correlation, share());
                  used.incrementAndGet();
                } catch (IllegalStateException expected) {
                  assertTrue(expected.getMessage().contains("used before"));
                }
              });

      assertEquals(1, used.get());
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseACorrelationOfAnotherStep(TwoParties step) {
    Correlation[] correlations = step.prepare(session(0));

    assertThrows(
        IllegalArgumentException.class, () -> step.parties[0].open(correlations[1], share()));
    step.parties[1].open(correlations[1], share());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldKeepACorrelationWhenTheInputHasAnotherLength(TwoParties step) {
    Correlation correlation = step.prepare(session(0))[0];
    WordShare wrong = WordShare.of(Shape.of(6), new int[6]);

    assertThrows(IllegalArgumentException.class, () -> step.parties[0].open(correlation, wrong));
    step.parties[0].open(correlation, share());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseCallsOutOfOrder(TwoParties step) {
    MaskedWords peer = MaskedWords.of(new int[5]);
    StepExecution execution = step.parties[0].open(step.prepare(session(0))[0], share());

    assertThrows(IllegalStateException.class, execution::result);
    assertThrows(IllegalStateException.class, () -> execution.receive(peer, ALONE));
    execution.start();
    assertThrows(IllegalStateException.class, execution::start);
    assertThrows(IllegalStateException.class, execution::result);
    assertTrue(execution.receive(peer, ALONE).isEmpty());
    assertThrows(IllegalStateException.class, () -> execution.receive(peer, ALONE));
    assertThrows(IllegalStateException.class, execution::start);
    assertEquals(SHAPE, execution.result().shape());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldAbortWhenThePeersTensorHasAnotherLength(TwoParties step) {
    StepExecution execution = step.parties[0].open(step.prepare(session(0))[0], share());
    execution.start();

    ProtocolAbortException abort =
        assertThrows(
            ProtocolAbortException.class,
            () -> execution.receive(MaskedWords.of(new int[4]), ALONE));

    assertEquals(3, abort.layer());
    assertEquals(0, abort.round());
    assertEquals(5, abort.expectedWords());
    assertEquals(4, abort.actualWords());
    MaskedWords right = MaskedWords.of(new int[5]);
    assertThrows(IllegalStateException.class, () -> execution.receive(right, ALONE));
    assertThrows(IllegalStateException.class, execution::result);
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldAlternateTheReceiverOfCorrections(TwoParties step) {
    for (int number = 0; number < 6; number++) {
      SessionId session = session(number);
      int receiver = step.dealer.receiver(session);

      assertEquals((number + 3) % 2, receiver);
      assertTrue(step.parties[receiver].receivesCorrection(session));
      assertFalse(step.parties[1 - receiver].receivesCorrection(session));
    }
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseCorrectionsThatDoNotBelong(TwoParties step) {
    int words = step.dealer.correctionWordCount();
    // Layer 3, session 0: party 1 receives.
    assertThrows(
        IllegalArgumentException.class, () -> step.parties[1].prepare(session(0), null, ALONE));
    assertThrows(
        IllegalArgumentException.class,
        () -> step.parties[0].prepare(session(0), new int[words], ALONE));
    ProtocolAbortException abort =
        assertThrows(
            ProtocolAbortException.class,
            () -> step.parties[1].prepare(session(0), new int[words + 1], ALONE));
    assertEquals(words, abort.expectedWords());
    assertEquals(words + 1, abort.actualWords());
  }

  @ParameterizedTest
  @MethodSource("steps")
  void shouldRefuseSessionsOfOtherEpochsAndTheSetup(TwoParties step) {
    SessionId other = new SessionId(TwoParties.EPOCH + 1, 0);
    SessionId setup = SessionId.setup(TwoParties.EPOCH);

    assertThrows(IllegalArgumentException.class, () -> step.parties[0].prepare(other, null, ALONE));
    assertThrows(IllegalArgumentException.class, () -> step.parties[0].prepare(setup, null, ALONE));
    assertThrows(IllegalArgumentException.class, () -> step.dealer.deal(setup, ALONE));
  }

  @Test
  void shouldRememberSessionsInAnyOrderWithinTheWindow() {
    SessionLedger ledger = new SessionLedger();
    int window = SessionLedger.WINDOW;
    ledger.use(session(5));
    ledger.use(session(2));
    ledger.use(session(window + 1));

    ledger.use(session(3));
    for (long used : new long[] {5, 2, 3, window + 1}) {
      assertThrows(IllegalStateException.class, () -> ledger.use(session(used)));
    }
    assertThrows(IllegalStateException.class, () -> ledger.use(session(1)));
    ledger.use(session(10L * window));
    assertThrows(IllegalStateException.class, () -> ledger.use(session(window + 2)));
    ledger.use(session(9L * window + 1));
  }

  /** Sessions share slots of the window with those that fell out of it. */
  @Test
  void shouldAcceptASkippedSessionInASlotThatWasUsed() {
    SessionLedger ledger = new SessionLedger();
    int window = SessionLedger.WINDOW;
    ledger.use(session(2));
    ledger.use(session(window - 1));

    ledger.use(session(window + 5));

    ledger.use(session(window + 2));
    assertThrows(IllegalStateException.class, () -> ledger.use(session(window + 2)));
  }

  @Test
  void shouldPrintNoValues() {
    TwoParties step = TwoParties.function(ACTIVATION, 1, ALONE);
    Correlation correlation = step.prepare(session(1))[0];
    assertEquals("Correlation[session=5eed/1, used=false]", correlation.toString());
    assertEquals(
        "Execution[layer=3, round=0, state=READY]",
        step.parties[0].open(correlation, share()).toString());
  }

  private static SessionId session(long number) {
    return new SessionId(TwoParties.EPOCH, number);
  }

  private static WordShare share() {
    return WordShare.of(SHAPE, new int[5]);
  }
}
