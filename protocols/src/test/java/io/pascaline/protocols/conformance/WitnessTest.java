// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.Witness;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a check of the dealer compares, for every protocol of the fused suite. */
class WitnessTest {
  private static final WorkSplitter ALONE = WorkSplitter.sequential();

  static Stream<ProtocolCase> fused() {
    return Stream.of(
        Cases.fusedLinear(),
        Cases.ownedLinear(),
        Cases.fusedPolynomial(),
        Cases.fusedPolynomialToParty0(),
        Cases.fusedTrigonometric(),
        Cases.harmonics(),
        Cases.harmonicsWithLine(),
        Cases.harmonicsToParty0(),
        Cases.fusedProduct(),
        Cases.fusedProductToParty0(),
        Cases.fusedChannelProduct());
  }

  private static KeyedRandom masks(PartyStep party, SessionId session) {
    return KeyedRandom.ofSessionSeed(session, party.sessionSeed(session));
  }

  /** Both witnesses of a session whose correction is {@code correction}. */
  private static int[][] witnesses(
      PartyPair pair, SessionId session, int[] correction, WorkSplitter splitter) {
    int[][] witnesses = new int[2][];
    for (int i = 0; i < 2; i++) {
      PartyStep party = pair.parties[i];
      Correlation correlation =
          party.prepare(
              session, party.receivesCorrection(session) ? correction.clone() : null, splitter);
      witnesses[i] = party.witness(correlation, masks(pair.parties[1 - i], session), splitter);
    }
    return witnesses;
  }

  @ParameterizedTest
  @MethodSource("fused")
  void shouldBeTheSameIfTheCorrectionIsRight(ProtocolCase subject) {
    PartyPair pair = subject.pair(41);
    // An even and an odd session: the correction goes to either party.
    for (long number = 0; number < 4; number++) {
      SessionId session = PartyPair.session(number);
      WorkSplitter splitter = number < 2 ? ALONE : ParallelSplitter.INSTANCE;

      int[][] both = witnesses(pair, session, pair.dealer.deal(session, splitter), splitter);

      assertEquals(subject.expectedCorrectionWords(), both[0].length);
      assertArrayEquals(both[0], both[1], "session " + session);
    }
  }

  @ParameterizedTest
  @MethodSource("fused")
  void shouldDifferWhereAnyWordOfTheCorrectionIsWrong(ProtocolCase subject) {
    PartyPair pair = subject.pair(42);
    SplittableRandom random = new SplittableRandom(42);
    for (long number = 0; number < 32; number++) {
      SessionId session = PartyPair.session(number);
      int[] correction = pair.dealer.deal(session, ALONE);
      int wrong = random.nextInt(correction.length);
      // The smallest and the largest of deviations, too.
      int deviation =
          number % 3 == 0 ? 1 : number % 3 == 1 ? Integer.MIN_VALUE : random.nextInt() | 1;
      correction[wrong] += deviation;

      int[][] both = witnesses(pair, session, correction, ALONE);

      assertNotEquals(both[0][wrong], both[1][wrong], "session " + session);
      assertFalse(
          Arrays.equals(Witness.digest(session, 3, both[0]), Witness.digest(session, 3, both[1])));
    }
  }

  /** A correction of another session is as wrong as any. */
  @ParameterizedTest
  @MethodSource("fused")
  void shouldDifferForACorrectionOfAnotherSession(ProtocolCase subject) {
    PartyPair pair = subject.pair(43);
    SessionId session = PartyPair.session(0);

    int[][] both = witnesses(pair, session, pair.dealer.deal(PartyPair.session(2), ALONE), ALONE);

    assertFalse(Arrays.equals(both[0], both[1]));
  }

  @ParameterizedTest
  @MethodSource("fused")
  void shouldUseTheCorrelationUp(ProtocolCase subject) {
    PartyPair pair = subject.pair(44);
    SessionId session = PartyPair.session(1);
    Correlation[] used = pair.prepare(session, ALONE);
    Correlation[] again = pair.prepare(session, ALONE);
    for (int i = 0; i < 2; i++) {
      PartyStep party = pair.parties[i];
      KeyedRandom peer = masks(pair.parties[1 - i], session);
      Correlation checked = used[i];
      Correlation other = again[i];

      party.witness(checked, peer, ALONE);

      // What was revealed is never opened, whichever correlation of the session it is asked of.
      assertThrows(IllegalStateException.class, () -> party.open(checked, subject.zeroShares()[0]));
      assertThrows(IllegalStateException.class, () -> party.open(other, subject.zeroShares()[0]));
      assertThrows(IllegalStateException.class, () -> party.witness(other, peer, ALONE));
    }
  }

  @Test
  void shouldNotCheckTheClassicSuite() {
    PartyPair pair = Cases.classicLinear().pair(45);
    SessionId session = PartyPair.session(0);
    Correlation correlation = pair.prepare(session, ALONE)[0];
    KeyedRandom peer = masks(pair.parties[1], session);

    assertThrows(
        UnsupportedOperationException.class,
        () -> pair.parties[0].witness(correlation, peer, ALONE));
  }

  @Test
  void shouldDigestSessionLayerAndEveryWord() {
    SessionId session = PartyPair.session(5);
    int[] words = new SplittableRandom(46).ints(10_000).toArray();
    byte[] digest = Witness.digest(session, 3, words);

    assertEquals(32, digest.length);
    assertArrayEquals(digest, Witness.digest(session, 3, words.clone()));
    assertFalse(Arrays.equals(digest, Witness.digest(session, 4, words)));
    assertFalse(Arrays.equals(digest, Witness.digest(PartyPair.session(6), 3, words)));
    for (int at : new int[] {0, 4095, 4096, 9999}) {
      int[] other = words.clone();
      other[at] ^= 1 << 31;
      assertFalse(Arrays.equals(digest, Witness.digest(session, 3, other)), "word " + at);
    }
    assertFalse(Arrays.equals(digest, Witness.digest(session, 3, Arrays.copyOf(words, 9999))));
  }
}
