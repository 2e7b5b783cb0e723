// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OwnedLinearTest {
  private static final long EPOCH = 0x0e0c;

  static Stream<LinearMap> maps() {
    return FusedLinearTest.maps();
  }

  /** Dealer and parties of one epoch. */
  private static final class Roles {
    final KeyedRandom[] keys;
    final MaskedWords maskedWeights;
    final DealerStep dealer;
    final PartyStep owner;
    final PartyStep peer;

    Roles(OwnedLinear linear, int[] weights, int[] biasOrNull, SplittableRandom random) {
      keys = new KeyedRandom[] {TwoParties.key(random), TwoParties.key(random)};
      LinearKernel kernel = LinearKernels.scalar();
      WordShare w = WordShare.of(linear.map().weightShape(), weights);
      WordShare bias =
          biasOrNull == null ? null : WordShare.of(Shape.of(biasOrNull.length), biasOrNull);
      maskedWeights = linear.maskWeights(EPOCH, keys[0], w);
      dealer = linear.dealer(EPOCH, keys[0], keys[1], kernel);
      owner = linear.owner(EPOCH, keys[0], kernel, w, bias);
      peer = linear.peer(EPOCH, keys[1], kernel, maskedWeights);
    }

    /** Returns the result and what P1 sent. */
    int[][] run(long number, WordShare[] x, WorkSplitter splitter) {
      SessionId session = new SessionId(EPOCH, number);
      Correlation atOwner = owner.prepare(session, dealer.deal(session, splitter), splitter);
      Correlation atPeer = peer.prepare(session, null, splitter);
      StepExecution p1 = peer.open(atPeer, x[1]);
      MaskedWords message = p1.start();
      // The output of P1 is there as soon as it has sent its message.
      WordShare y1 = (WordShare) p1.result();
      StepExecution p0 = owner.open(atOwner, x[0]);
      assertEquals(0, p0.start().words().length);
      assertTrue(p0.receive(message, splitter).isEmpty());
      return new int[][] {
        Sharing.reconstruct((WordShare) p0.result(), y1), message.words(), y1.words()
      };
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldEqualTheIntegerMapExactly(LinearMap map) {
    for (long seed = 1; seed <= 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      OwnedLinear linear = new OwnedLinear(3, map);
      int[] weights = random.ints(linear.weightCount()).toArray();
      int[] bias = seed % 2 == 0 ? null : random.ints(linear.channelCount()).toArray();
      WorkSplitter splitter = seed > 2 ? ParallelSplitter.INSTANCE : WorkSplitter.sequential();
      Roles roles = new Roles(linear, weights, bias, random);

      for (int number = 0; number < 3; number++) {
        int[] x = random.ints(linear.inputCount()).toArray();
        WordShare[] shares = TwoParties.share(map.inputShape(), x, random);

        int[] y = roles.run(number, shares, splitter)[0];

        assertArrayEquals(FusedLinearTest.expected(map, weights, bias, x), y, "seed " + seed);
      }
    }
  }

  @Test
  void shouldGivePartyOneItsOutputWhateverTheInputIs() {
    SplittableRandom random = new SplittableRandom(5);
    LinearMap map = new MatrixProduct(7, 4);
    OwnedLinear linear = new OwnedLinear(3, map);
    int[] weights = random.ints(linear.weightCount()).toArray();
    Roles one = new Roles(linear, weights, null, new SplittableRandom(6));
    Roles other = new Roles(linear, weights, null, new SplittableRandom(6));
    WordShare[] zeros = {
      WordShare.of(Shape.of(7), new int[7]), WordShare.of(Shape.of(7), new int[7])
    };
    WordShare[] shares = TwoParties.share(Shape.of(7), random.ints(7).toArray(), random);

    int[] first = one.run(0, zeros, WorkSplitter.sequential())[2];
    int[] second = other.run(0, shares, WorkSplitter.sequential())[2];

    assertArrayEquals(first, second);
  }

  @Test
  void shouldSendCorrectionsToPartyZeroAlone() {
    OwnedLinear linear = new OwnedLinear(3, new MatrixProduct(4, 3));
    Roles roles = new Roles(linear, new int[12], null, new SplittableRandom(1));
    for (int number = 0; number < 4; number++) {
      SessionId session = new SessionId(EPOCH, number);
      int[] correction = roles.dealer.deal(session, WorkSplitter.sequential());

      assertEquals(0, roles.dealer.receiver(session));
      assertTrue(roles.owner.receivesCorrection(session));
      assertFalse(roles.peer.receivesCorrection(session));
      assertEquals(3, correction.length);
      assertThrows(
          IllegalArgumentException.class,
          () -> roles.peer.prepare(session, correction, WorkSplitter.sequential()));
      assertThrows(
          IllegalArgumentException.class,
          () -> roles.owner.prepare(session, null, WorkSplitter.sequential()));
    }
  }

  @Test
  void shouldShowPartyOneUniformWeights() {
    OwnedLinear linear = new OwnedLinear(1, new MatrixProduct(20_000, 1));
    for (long seed = 1; seed <= 3; seed++) {
      int[] constant = new int[20_000];
      Arrays.fill(constant, 77);

      Roles roles = new Roles(linear, constant, null, new SplittableRandom(seed));

      ByteUniformity.check("E, seed " + seed, roles.maskedWeights.words());
    }
  }

  @Test
  void shouldMaskTheInputOfPartyOneAnewForEverySession() {
    OwnedLinear linear = new OwnedLinear(1, new MatrixProduct(20_000, 1));
    Roles roles = new Roles(linear, new int[20_000], null, new SplittableRandom(9));
    Shape shape = Shape.of(20_000);
    WordShare[] x = {WordShare.of(shape, new int[20_000]), WordShare.of(shape, new int[20_000])};

    int[] first = roles.run(0, x, WorkSplitter.sequential())[1];
    int[] difference = roles.run(1, x, WorkSplitter.sequential())[1].clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= first[i];
    }

    ByteUniformity.check("message", first);
    ByteUniformity.check("difference of two sessions", difference);
  }

  @Test
  void shouldRefuseMessagesToPartyOneAndOfTheWrongLength() {
    OwnedLinear linear = new OwnedLinear(5, new MatrixProduct(4, 3));
    KeyedRandom key = TwoParties.key(new SplittableRandom(1));
    LinearKernel kernel = LinearKernels.scalar();
    Roles roles = new Roles(linear, new int[12], null, new SplittableRandom(1));
    SessionId session = new SessionId(EPOCH, 0);
    WordShare x = WordShare.of(Shape.of(4), new int[4]);
    StepExecution peer =
        roles.peer.open(roles.peer.prepare(session, null, WorkSplitter.sequential()), x);

    peer.start();

    MaskedWords stray = MaskedWords.of(new int[4]);
    assertThrows(IllegalStateException.class, () -> peer.receive(stray, WorkSplitter.sequential()));
    MaskedWords wrong = MaskedWords.of(new int[13]);
    ProtocolAbortException abort =
        assertThrows(ProtocolAbortException.class, () -> linear.peer(EPOCH, key, kernel, wrong));
    assertEquals(5, abort.layer());
    assertEquals(12, abort.expectedWords());
    assertEquals(13, abort.actualWords());
    WordShare tooLong = WordShare.of(Shape.of(13), new int[13]);
    assertThrows(
        IllegalArgumentException.class, () -> linear.owner(EPOCH, key, kernel, tooLong, null));
    assertThrows(IllegalArgumentException.class, () -> linear.maskWeights(EPOCH, key, tooLong));
    assertThrows(
        IllegalArgumentException.class,
        () -> linear.owner(EPOCH, key, kernel, WordShare.of(Shape.of(12), new int[12]), x));
  }

  /** A party's input may be changed by its owner once the first message is made. */
  @Test
  void shouldReadTheInputUntilItHasStartedAndNoLonger() {
    SplittableRandom random = new SplittableRandom(3);
    LinearMap map = new MatrixProduct(4, 3);
    OwnedLinear linear = new OwnedLinear(5, map);
    int[] weights = random.ints(12).toArray();
    Roles roles = new Roles(linear, weights, null, random);
    SessionId session = new SessionId(EPOCH, 0);
    WorkSplitter alone = WorkSplitter.sequential();
    int[] x = random.ints(4).toArray();
    WordShare[] shares = TwoParties.share(Shape.of(4), x, random);
    StepExecution p0 =
        roles.owner.open(
            roles.owner.prepare(session, roles.dealer.deal(session, alone), alone), shares[0]);
    StepExecution p1 = roles.peer.open(roles.peer.prepare(session, null, alone), shares[1]);
    p0.start();
    MaskedWords message = p1.start();

    Arrays.fill(shares[0].words(), 0);
    Arrays.fill(shares[1].words(), 0);
    p0.receive(message, alone);

    assertArrayEquals(
        FusedLinearTest.expected(map, weights, null, x),
        Sharing.reconstruct((WordShare) p0.result(), (WordShare) p1.result()));
  }
}
