// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.BatchExecution;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A residual block of an owned network: x goes through a linear step, which re-shares it, and the
 * output z = W x and x enter a product. Party 1 opens the product in the offline phase.
 */
class AdvanceOpeningTest {
  private static final long EPOCH = 0xadad;
  private static final WorkSplitter ALONE = WorkSplitter.sequential();

  /** Dealer and parties of one epoch. */
  private static final class Block {
    final int width;
    final Shape shape;
    final int[] weights;
    final DealerStep linearDealer;
    final DealerStep productDealer;
    final PartyStep[] linear;
    final PartyStep[] product;

    Block(int width, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      this.width = width;
      shape = Shape.of(width);
      KeyedRandom[] keys = {TwoParties.key(random), TwoParties.key(random)};
      OwnedLinear step = new OwnedLinear(1, new MatrixProduct(width, width), true);
      weights = random.ints((long) width * width).toArray();
      WordShare w = WordShare.of(step.map().weightShape(), weights);
      LinearKernel kernel = LinearKernels.scalar();
      MaskedWords masked = step.maskWeights(EPOCH, keys[0], w);
      linear =
          new PartyStep[] {
            step.owner(EPOCH, keys[0], kernel, w, null), step.peer(EPOCH, keys[1], kernel, masked)
          };
      linearDealer = step.dealer(EPOCH, keys[0], keys[1], kernel);
      FusedProduct pair = new FusedProduct(2, shape, shape);
      CorrectionReceiver receiver = CorrectionReceiver.PARTY_0;
      product =
          new PartyStep[] {
            pair.party(0, receiver, EPOCH, keys[0]), pair.party(1, receiver, EPOCH, keys[1])
          };
      productDealer = pair.dealer(receiver, keys[0], keys[1]);
    }

    static Correlation[] prepare(DealerStep dealer, PartyStep[] parties, SessionId session) {
      return new Correlation[] {
        parties[0].prepare(session, dealer.deal(session, ALONE), ALONE),
        parties[1].prepare(session, null, ALONE)
      };
    }

    /** Returns what the product reads of both of its inputs. */
    WordShare factors(WordShare first, WordShare second) {
      int[] words = new int[2 * width];
      System.arraycopy(first.words(), 0, words, 0, width);
      System.arraycopy(second.words(), 0, words, width, width);
      return WordShare.of(Shape.of(2 * width), words);
    }

    int[] expected(int[] x) {
      int[] expected = new int[width];
      for (int row = 0; row < width; row++) {
        int sum = 0;
        for (int column = 0; column < width; column++) {
          sum += weights[row * width + column] * x[column];
        }
        expected[row] = sum * x[row];
      }
      return expected;
    }

    /** Returns the product, and what party 1 sent: in advance, and of x. */
    int[][] run(long number, int[] x, SplittableRandom random) {
      SessionId session = new SessionId(EPOCH, number);
      // Offline.
      Correlation[] atLinear = prepare(linearDealer, linear, session);
      Correlation[] atProduct = prepare(productDealer, product, session);
      WordShare known =
          factors(
              (WordShare) atLinear[1].knownOutputOrNull(),
              (WordShare) atLinear[1].knownInputOrNull());
      assertNull(atLinear[0].knownOutputOrNull());
      int[] inAdvance = product[1].openInAdvance(atProduct[1], known).words();
      // Online.
      WordShare[] shares = TwoParties.share(shape, x, random);
      StepExecution p0 = linear[0].open(atLinear[0], shares[0]);
      StepExecution p1 = linear[1].open(atLinear[1], shares[1]);
      p0.start();
      int[] opened = p1.start().words();
      p0.receive(MaskedWords.of(opened), ALONE);
      WordShare[] reshared = {(WordShare) p0.reshared(), (WordShare) p1.reshared()};
      assertArrayEquals(x, Sharing.reconstruct(reshared[0], reshared[1]));
      WordShare z0 = (WordShare) p0.result();
      WordShare z1 = (WordShare) p1.result();
      assertArrayEquals(known.words(), factors(z1, reshared[1]).words(), "known is what is read");
      StepExecution q0 = product[0].open(atProduct[0], factors(z0, reshared[0]));
      StepExecution q1 = product[1].open(atProduct[1], factors(z1, reshared[1]));
      MaskedWords from0 = q0.start();
      assertEquals(0, q1.start().words().length, "sent in advance");
      q0.receive(MaskedWords.of(inAdvance.clone()), ALONE);
      q1.receive(from0, ALONE);
      return new int[][] {
        Sharing.reconstruct((WordShare) q0.result(), (WordShare) q1.result()), inAdvance, opened
      };
    }
  }

  @Test
  void shouldComputeTheBlockExactly() {
    for (long seed = 1; seed <= 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Block block = new Block(9, seed);
      for (int number = 0; number < 3; number++) {
        int[] x = random.ints(9).toArray();
        assertArrayEquals(block.expected(x), block.run(number, x, random)[0], "seed " + seed);
      }
    }
  }

  /** What party 0 sees is uniform, and what is sent in advance does not depend on the input. */
  @Test
  void shouldOpenUniformWordsThatDoNotDependOnTheInput() {
    int width = 1200;
    SplittableRandom random = new SplittableRandom(7);
    int[] zeros = new int[width];
    int[][] first = new Block(width, 8).run(0, zeros, random);
    int[][] second = new Block(width, 8).run(0, random.ints(width).toArray(), random);

    assertArrayEquals(first[1], second[1]);
    ByteUniformity.check("in advance", first[1]);
    int[] both = new int[2 * width];
    // The new share of x is -A: the opening of x must not cancel the mask of what holds it.
    for (int i = 0; i < width; i++) {
      both[i] = first[1][width + i] + first[2][i];
      both[width + i] = first[1][i] + first[2][i];
    }
    ByteUniformity.check("sums of both messages", both);
  }

  @Test
  void shouldUseACorrelationOnce() {
    Block block = new Block(3, 1);
    SessionId session = new SessionId(EPOCH, 0);
    PartyStep party = block.product[1];
    Correlation correlation = party.prepare(session, null, ALONE);
    WordShare input = WordShare.of(Shape.of(6), new int[6]);
    party.openInAdvance(correlation, input);
    assertTrue(correlation.isOpenedInAdvance());

    assertThrows(IllegalStateException.class, () -> party.openInAdvance(correlation, input));
    Correlation again = party.prepare(session, null, ALONE);
    assertThrows(IllegalStateException.class, () -> party.openInAdvance(again, input));
    assertThrows(IllegalStateException.class, () -> party.open(again, input));
    party.open(correlation, input);
    assertThrows(IllegalStateException.class, () -> party.open(correlation, input));
    assertThrows(IllegalStateException.class, () -> party.openInAdvance(correlation, input));
  }

  @Test
  void shouldRefuseAPartyThatDoesNotKnowItsMasksAlone() {
    Block block = new Block(3, 1);
    SessionId session = new SessionId(EPOCH, 0);
    Correlation correlation =
        block.product[0].prepare(session, block.productDealer.deal(session, ALONE), ALONE);
    WordShare input = WordShare.of(Shape.of(6), new int[6]);

    assertThrows(
        IllegalStateException.class, () -> block.product[0].openInAdvance(correlation, input));
    block.product[0].open(correlation, input);
  }

  /** A number that was opened in advance can be checked, like any other. */
  @Test
  void shouldGiveTheWitnessOfWhatWasOpenedInAdvance() {
    Block block = new Block(4, 2);
    SessionId session = new SessionId(EPOCH, 0);
    Correlation[] correlations = Block.prepare(block.productDealer, block.product, session);
    block.product[1].openInAdvance(correlations[1], WordShare.of(Shape.of(8), new int[8]));
    int[][] witnesses = new int[2][];
    for (int i = 0; i < 2; i++) {
      KeyedRandom peers =
          KeyedRandom.ofSessionSeed(session, block.product[1 - i].sessionSeed(session));
      witnesses[i] = block.product[i].witness(correlations[i], peers, ALONE);
    }

    assertArrayEquals(witnesses[0], witnesses[1]);
    assertThrows(
        IllegalStateException.class,
        () -> block.product[1].open(correlations[1], WordShare.of(Shape.of(8), new int[8])));
  }

  /** Images of a session were opened one by one. */
  @Test
  void shouldRunABatchOfWhatWasOpenedInAdvance() {
    Block block = new Block(4, 3);
    PartyStep party = block.product[1];
    WordShare input = WordShare.of(Shape.of(8), new int[8]);
    Correlation first = party.prepare(new SessionId(EPOCH, 0), null, ALONE);
    Correlation second = party.prepare(new SessionId(EPOCH, 1), null, ALONE);
    party.openInAdvance(first, input);
    party.openInAdvance(second, input);

    BatchExecution batch =
        BatchExecution.open(party, List.of(first, second), List.of(input, input));

    assertEquals(0, batch.start().words().length);
    assertTrue(batch.receive(MaskedWords.of(new int[16]), ALONE).isEmpty());
    assertEquals(2, batch.results().size());
    assertTrue(batch.reshared().isEmpty());
  }
}
