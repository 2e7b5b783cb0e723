// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every protocol where a session carries several images. */
abstract class BatchLaws extends ResultLaws {
  private static final WorkSplitter ALONE = WorkSplitter.sequential();

  static Share[] randomShares(ProtocolCase subject, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return subject.share(subject.inputs(random), random);
  }

  /** Images of a session share rounds and nothing else: each is sent and gets what it is alone. */
  @ParameterizedTest(name = "{0} images")
  @ValueSource(ints = {1, 3, 5})
  void shouldRunImagesTogetherAsEachAlone(int imageCount) {
    ProtocolCase subject = subject();
    PartyPair apart = subject.pair(24);
    PartyPair.Run[] alone = new PartyPair.Run[imageCount];
    List<List<Share>> inputs = List.of(new ArrayList<>(), new ArrayList<>());
    for (int image = 0; image < imageCount; image++) {
      Share[] shares = randomShares(subject, 240 + image);
      alone[image] = apart.run(7 + image, shares);
      inputs.get(0).add(shares[0]);
      inputs.get(1).add(shares[1]);
    }

    PartyPair together = subject.pair(24);
    BatchExecution[] parties = together.openBatch(7, inputs);
    MaskedWords[] next = {parties[0].start(), parties[1].start()};
    for (int round = 0; round < alone[0].rounds().size(); round++) {
      for (int party = 0; party < 2; party++) {
        int[] expected = new int[0];
        for (PartyPair.Run each : alone) {
          int[] words = each.rounds().get(round)[party];
          expected = Arrays.copyOf(expected, expected.length + words.length);
          System.arraycopy(words, 0, expected, expected.length - words.length, words.length);
        }
        assertArrayEquals(expected, next[party].words(), "round " + round + ", party " + party);
      }
      MaskedWords from0 = next[0];
      // A peer may be silent.
      next[0] =
          together.parties[0].receives() ? parties[0].receive(next[1], ALONE).orElse(null) : null;
      next[1] =
          together.parties[1].receives()
              ? parties[1].receive(from0, ParallelSplitter.INSTANCE).orElse(null)
              : null;
    }
    for (int image = 0; image < imageCount; image++) {
      assertArrayEquals(
          alone[image].output(),
          PartyPair.reconstruct(parties[0].results().get(image), parties[1].results().get(image)),
          "image " + image);
    }
  }

  /** A session that needs a correlation of another one does not begin, and opens nothing. */
  @Test
  void shouldUseNoCorrelationInTwoBatches() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(25);
    PartyStep party = pair.parties[0];
    Share input = randomShares(subject, 25)[0];
    Correlation[] own = new Correlation[3];
    for (int number = 0; number < own.length; number++) {
      own[number] = pair.prepare(PartyPair.session(number), ALONE)[0];
    }
    BatchExecution.open(party, List.of(own[0], own[1]), List.of(input, input));

    assertThrows(
        IllegalStateException.class,
        () -> BatchExecution.open(party, List.of(own[2], own[1]), List.of(input, input)));
    // What was used before the refusal is used up with it.
    assertThrows(IllegalStateException.class, () -> party.open(own[2], input));
    assertThrows(
        IllegalArgumentException.class,
        () -> BatchExecution.open(party, List.of(own[2]), List.of(input, input)));
  }

  @Test
  void shouldEndABatchWhoseOpeningIsOfAnotherLength() {
    ProtocolCase subject = subject();
    PartyPair pair = subject.pair(26);
    Share[] shares = randomShares(subject, 26);
    BatchExecution[] parties =
        pair.openBatch(0, List.of(List.of(shares[0], shares[0]), List.of(shares[1], shares[1])));
    parties[0].start();
    int[] words = parties[1].start().words();
    for (int length : new int[] {0, words.length / 2, words.length - 1, words.length + 1}) {
      MaskedWords other = MaskedWords.of(Arrays.copyOf(words, length));
      assertThrows(ProtocolAbortException.class, () -> parties[0].receive(other, ALONE));
    }
  }
}
