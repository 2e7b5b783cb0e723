// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for every protocol of every suite: results, secrecy, costs, single use, deviations.
 */
abstract class ProtocolLaws extends BatchLaws {
  /** The shortest plane of any large subject. */
  private static final int PIECE_WORDS = 2048;

  private static final WorkSplitter ALONE = WorkSplitter.sequential();

  /** Returns the subject with enough elements that every plane of a message has 2048 words. */
  ProtocolCase largeSubject() {
    return subject();
  }

  @Override
  long[] run(ProtocolCase subject, long seed, long[] input) {
    // An even or an odd session: the correction goes to either party.
    Share[] inputs = subject.share(input, new SplittableRandom(seed + 100));
    return subject.pair(seed).run(seed, inputs).output();
  }

  @Test
  void shouldGiveTheSameSharesWithAnySplitter() {
    ProtocolCase subject = subject();
    Share[] inputs = randomShares(subject, 21);

    PartyPair.Run alone = subject.pair(21).run(3, inputs);
    PartyPair.Run split = subject.pair(21).run(3, inputs, ParallelSplitter.INSTANCE);

    assertArrayEquals(alone.output(), split.output());
  }

  @Test
  void shouldCostWhatTheFormulaSays() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(22);
    int[] expected = subject.expectedRoundWords();

    PartyPair.Run run = pair.run(0, randomShares(subject, 22));

    assertEquals(expected.length, run.rounds().size());
    assertEquals(subject.expectedCorrectionWords(), pair.dealer.correctionWordCount());
    assertEquals(
        subject.expectedCorrectionWords(), pair.dealer.deal(PartyPair.session(1), ALONE).length);
    for (int i = 0; i < 2; i++) {
      PartyStep party = pair.parties[i];
      assertEquals(expected.length, party.roundCount());
      long words = 0;
      assertEquals(subject.expectedCorrectionWords(), party.correctionWordCount());
      for (int round = 0; round < expected.length; round++) {
        int sent = subject.expectedSentWords(i, round);
        words += sent;
        assertEquals(sent, party.sentWordCount(round), "round " + round);
        assertEquals(sent, pair.parties[1 - i].receivedWordCount(round), "round " + round);
        assertEquals(sent, run.rounds().get(round)[i].length, "round " + round);
      }
      assertEquals(words, party.onlineWordCount());
      assertEquals(words > 0, pair.parties[1 - i].receives());
    }
  }

  @Test
  void shouldSendCorrectionsToEitherPartyInTurnOrToParty0() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(23);
    for (long number = 0; number < 4; number++) {
      int receiver =
          subject.receiver() == CorrectionReceiver.PARTY_0
              ? 0
              : (int) (number + pair.dealer.layer()) & 1;
      assertEquals(receiver, pair.dealer.receiver(PartyPair.session(number)));
      for (int i = 0; i < 2; i++) {
        assertEquals(receiver == i, pair.parties[i].receivesCorrection(PartyPair.session(number)));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {31, 32})
  void shouldSendUniformWordsForZeroShares(long seed) {
    ProtocolCase subject = largeSubject();

    PartyPair.Run run = subject.pair(seed).run(seed, subject.zeroShares());

    for (int round = 0; round < run.rounds().size(); round++) {
      String name = "seed " + seed + ", round " + round;
      int[] from0 = run.rounds().get(round)[0];
      int[] from1 = run.rounds().get(round)[1];
      assertEquals(subject.expectedSentWords(1, round), from1.length, name);
      if (from0.length == 0) {
        // P0 is silent: what P1 sends is what P0 sees.
        checkUniform(name + " of P1", from1);
        checkUniform(name + " of P1, differences", differences(subject, from1));
        continue;
      }
      int[] sum = new int[from0.length];
      int[] xor = new int[from0.length];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = from0[i] + from1[i];
        xor[i] = from0[i] ^ from1[i];
      }
      checkUniform(name + " of P0", from0);
      checkUniform(name + " of P1", from1);
      // What is opened is one of these; either is uniform if both messages are, independently.
      checkUniform(name + ", the sum", sum);
      checkUniform(name + ", the exclusive or", xor);
      checkUniform(name + " of P0, differences", differences(subject, from0));
    }
  }

  /** Returns a mask used for two values would show in their difference. */
  private static int[] differences(ProtocolCase subject, int[] words) {
    int lag = Math.min(words.length / 2, subject.inputShape().elementCount());
    int[] difference = new int[words.length - lag];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = words[i + lag] - words[i];
    }
    return difference;
  }

  /** Piece by piece, so that no small plane can hide in a large message. */
  private static void checkUniform(String name, int[] words) {
    for (int from = 0; from + PIECE_WORDS <= words.length; from += PIECE_WORDS) {
      ByteUniformity.check(
          name + " from word " + from, Arrays.copyOfRange(words, from, from + PIECE_WORDS));
    }
    ByteUniformity.check(name, words);
  }

  @Test
  void shouldMaskEverySessionAnew() {
    ProtocolCase subject = largeSubject();
    PartyPair pair = subject.pair(33);
    Share[] inputs = randomShares(subject, 33);

    PartyPair.Run first = pair.run(0, inputs);
    PartyPair.Run second = pair.run(2, inputs);

    for (int round = 0; round < first.rounds().size(); round++) {
      for (int i = 0; i < 2; i++) {
        int[] difference = second.rounds().get(round)[i].clone();
        assertEquals(subject.expectedSentWords(i, round), difference.length);
        if (difference.length == 0) {
          continue;
        }
        for (int w = 0; w < difference.length; w++) {
          difference[w] -= first.rounds().get(round)[i][w];
        }
        ByteUniformity.check("round " + round + " of P" + i, difference);
      }
    }
  }

  @ParameterizedTest(name = "session {0}, seed 34")
  @ValueSource(longs = {0, 1})
  void shouldDealUniformWords(long number) {
    ByteUniformity.check(
        "correction", largeSubject().pair(34).dealer.deal(PartyPair.session(number), ALONE));
  }

  /** A client that adds up two shares must learn no more than their sum. */
  @ParameterizedTest(name = "session {0}, seed 35")
  @ValueSource(longs = {0, 1})
  void shouldLeaveUniformOutputShares(long number) {
    ProtocolCase subject = largeSubject();

    PartyPair.Run run = subject.pair(35).run(number, subject.zeroShares());

    checkUniformShare("share of P0", subject, run.first());
    checkUniformShare("share of P1", subject, run.second());
  }

  private static void checkUniformShare(String name, ProtocolCase subject, Share share) {
    if (share instanceof WordShare words) {
      ByteUniformity.check(name, words.words());
      return;
    }
    int[] planes = DoubleWordPlanes.split(((DoubleWordShare) share).doubleWords());
    int count = planes.length / 2;
    ByteUniformity.check(name + ", low words", Arrays.copyOf(planes, count));
    if (!subject.truncatesOutput()) {
      ByteUniformity.check(name + ", high words", Arrays.copyOfRange(planes, count, 2 * count));
    }
  }

  @Test
  void shouldRefuseASecondUse() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(41);
    Share[] inputs = randomShares(subject, 41);
    for (int i = 0; i < 2; i++) {
      PartyStep party = pair.parties[i];
      Share input = inputs[i];
      Correlation correlation = pair.prepare(PartyPair.session(5), ALONE)[i];
      Correlation again = pair.prepare(PartyPair.session(5), ALONE)[i];
      Correlation other = pair.prepare(PartyPair.session(6), ALONE)[1 - i];

      party.open(correlation, input);

      assertThrows(IllegalStateException.class, () -> party.open(correlation, input));
      assertThrows(IllegalStateException.class, () -> party.open(again, input));
      assertThrows(IllegalArgumentException.class, () -> party.open(other, input));
    }
  }

  @Test
  void shouldAbortOnTruncatedAndOverlongMessagesOfAnyRound() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(42);
    Share[] inputs = randomShares(subject, 42);
    int[] expected = subject.expectedRoundWords();
    long number = 0;
    for (int round = 0; round < expected.length; round++) {
      for (int change : new int[] {-1, 1, -expected[round]}) {
        StepExecution[] executions = pair.open(number++, inputs);
        MaskedWords peer = advance(executions, round);
        MaskedWords wrong = MaskedWords.of(Arrays.copyOf(peer.words(), expected[round] + change));

        ProtocolAbortException abort =
            assertThrows(ProtocolAbortException.class, () -> executions[0].receive(wrong, ALONE));

        assertEquals(pair.dealer.layer(), abort.layer());
        assertEquals(round, abort.round());
        assertEquals(expected[round], abort.expectedWords());
        assertEquals(expected[round] + change, abort.actualWords());
        assertThrows(IllegalStateException.class, () -> executions[0].receive(peer, ALONE));
        assertThrows(IllegalStateException.class, executions[0]::result);
      }
    }
  }

  /** Drives both executions until P0 awaits the message of {@code round}, which is returned. */
  private static MaskedWords advance(StepExecution[] executions, int round) {
    MaskedWords from0 = executions[0].start();
    MaskedWords from1 = executions[1].start();
    for (int r = 0; r < round; r++) {
      MaskedWords next0 = executions[0].receive(from1, ALONE).orElseThrow();
      from1 = executions[1].receive(from0, ALONE).orElseThrow();
      from0 = next0;
    }
    return from1;
  }

  @Test
  void shouldRefuseTruncatedOverlongAndMisplacedCorrections() {
    PartyPair pair = subject().pair(48);
    SessionId session = PartyPair.session(0);
    int[] correction = pair.dealer.deal(session, ALONE);
    PartyStep receiver = pair.parties[pair.dealer.receiver(session)];
    PartyStep other = pair.parties[1 - pair.dealer.receiver(session)];
    for (int length : new int[] {0, correction.length - 1, correction.length + 1}) {
      int[] wrong = Arrays.copyOf(correction, length);

      ProtocolAbortException abort =
          assertThrows(ProtocolAbortException.class, () -> receiver.prepare(session, wrong, ALONE));

      assertEquals(correction.length, abort.expectedWords());
      assertEquals(length, abort.actualWords());
    }
    assertThrows(IllegalArgumentException.class, () -> receiver.prepare(session, null, ALONE));
    assertThrows(IllegalArgumentException.class, () -> other.prepare(session, correction, ALONE));
  }

  /** Of the right length, but corrupted, or of another session in its place. */
  @Test
  void shouldNotTakeAnotherCorrectionForTheRightOne() {
    ProtocolCase subject = subject();
    Share[] inputs = randomShares(subject, 49);
    long[] honest = subject.pair(49).run(0, inputs).output();
    int[] right = subject.pair(49).dealer.deal(PartyPair.session(0), ALONE);
    int[] replayed = subject.pair(49).dealer.deal(PartyPair.session(2), ALONE);
    int[] corrupted = new SplittableRandom(49).ints(right.length).toArray();

    assertArrayEquals(honest, runCorrected(subject, inputs, right));
    assertFalse(Arrays.equals(honest, runCorrected(subject, inputs, replayed)), "replayed");
    assertFalse(Arrays.equals(honest, runCorrected(subject, inputs, corrupted)), "corrupted");
  }

  private static long[] runCorrected(ProtocolCase subject, Share[] inputs, int[] correction) {
    PartyPair pair = subject.pair(49);
    SessionId session = PartyPair.session(0);
    StepExecution[] executions = new StepExecution[2];
    for (int i = 0; i < 2; i++) {
      int[] own = pair.parties[i].receivesCorrection(session) ? correction : null;
      Correlation correlation = pair.parties[i].prepare(session, own, ALONE);
      executions[i] = pair.parties[i].open(correlation, inputs[i]);
    }
    return runTampered(subject, pair, executions, (round, words) -> words);
  }

  /** Nobody notices, as the model allows; but the pattern of messages must not change. */
  @Test
  void shouldKeepTheMessagePatternWhenMessagesAreCorrupted() {
    ProtocolCase subject = subject();
    Share[] inputs = randomShares(subject, 43);
    long[] honest = subject.pair(43).run(0, inputs).output();
    int[] expected = subject.expectedRoundWords();
    SplittableRandom random = new SplittableRandom(43);
    for (int round = 0; round < expected.length; round++) {
      int corrupted = round;

      long[] output =
          runTampered(
              subject,
              subject.pair(43),
              inputs,
              (r, words) -> r == corrupted ? random.ints(words.length).toArray() : words);

      assertFalse(Arrays.equals(honest, output), "round " + round + " was not read");
    }
  }

  /** A message of another session, or of another round, in place of the right one. */
  @Test
  void shouldNotTakeAReplayedOrReorderedMessageForTheRightOne() {
    ProtocolCase subject = subject();
    Share[] inputs = randomShares(subject, 44);
    PartyPair.Run honest = subject.pair(44).run(0, inputs);
    PartyPair.Run other = subject.pair(44).run(1, inputs);
    int[] expected = subject.expectedRoundWords();
    for (int round = 0; round < expected.length; round++) {
      int replayed = round;

      long[] output =
          runTampered(
              subject,
              subject.pair(44),
              inputs,
              (r, words) -> r == replayed ? other.rounds().get(r)[1] : words);

      assertFalse(Arrays.equals(honest.output(), output), "round " + round);
      if (round > 0) {
        shouldNotTakeTheMessageOfTheRoundBefore(subject, inputs, honest, round);
      }
    }
  }

  private static void shouldNotTakeTheMessageOfTheRoundBefore(
      ProtocolCase subject, Share[] inputs, PartyPair.Run honest, int round) {
    int[] expected = subject.expectedRoundWords();
    int[] before = honest.rounds().get(round - 1)[1];
    PartyPair pair = subject.pair(44);
    StepExecution[] executions = pair.open(0, inputs);
    if (before.length != expected[round]) {
      advance(executions, round);
      assertThrows(
          ProtocolAbortException.class, () -> executions[0].receive(MaskedWords.of(before), ALONE));
    } else {
      long[] output =
          runTampered(subject, pair, executions, (r, words) -> r == round ? before : words);
      assertFalse(Arrays.equals(honest.output(), output), "round " + round);
    }
  }

  @Test
  void shouldRefuseADuplicateAfterTheLastRound() {
    ProtocolCase subject = subject();
    StepExecution[] executions = subject.pair(45).open(0, randomShares(subject, 45));
    int last = subject.expectedRoundWords().length - 1;
    MaskedWords peer = advance(executions, last);

    assertThrows(IllegalStateException.class, executions[0]::start);
    assertThrows(IllegalStateException.class, executions[0]::result);
    assertTrue(executions[0].receive(peer, ALONE).isEmpty());
    assertThrows(IllegalStateException.class, () -> executions[0].receive(peer, ALONE));
    assertEquals(executions[0].result(), executions[0].result());
  }

  @Test
  void shouldPrintNoValues() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(46);
    Share[] inputs = randomShares(subject, 46);
    Correlation correlation = pair.prepare(PartyPair.session(0), ALONE)[0];
    StepExecution execution = pair.parties[0].open(correlation, inputs[0]);

    String[] texts = {
      inputs[0].toString(), correlation.toString(), execution.toString(), pair.parties[0].toString()
    };

    Correlation second = pair.prepare(PartyPair.session(0), ALONE)[1];
    Share[] others = randomShares(subject, 47);
    StepExecution other = pair.parties[1].open(second, others[1]);
    assertEquals(texts[0], others[0].toString());
    assertEquals(texts[2], other.toString());
    assertNotEquals("", texts[1] + texts[3]);
  }

  private interface Tampering {
    int[] received(int round, int[] words);
  }

  private static long[] runTampered(
      ProtocolCase subject, PartyPair pair, Share[] inputs, Tampering tampering) {
    return runTampered(subject, pair, pair.open(0, inputs), tampering);
  }

  /** P0 receives what the tampering makes of P1's messages; P1 goes on with what P0 sends then. */
  private static long[] runTampered(
      ProtocolCase subject, PartyPair pair, StepExecution[] executions, Tampering tampering) {
    int[] expected = subject.expectedRoundWords();
    MaskedWords from0 = executions[0].start();
    MaskedWords from1 = executions[1].start();
    for (int round = 0; round < expected.length; round++) {
      assertEquals(subject.expectedSentWords(0, round), from0.words().length);
      MaskedWords received = MaskedWords.of(tampering.received(round, from1.words()));
      Optional<MaskedWords> next0 = executions[0].receive(received, ALONE);
      Optional<MaskedWords> next1 = pair.receive(1, executions[1], from0, ALONE);
      assertEquals(round + 1 < expected.length, next0.isPresent());
      from0 = next0.orElse(null);
      from1 = next1.orElse(null);
    }
    return PartyPair.reconstruct(executions[0].result(), executions[1].result());
  }
}
