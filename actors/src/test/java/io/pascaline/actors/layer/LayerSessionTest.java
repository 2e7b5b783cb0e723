// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a session of two images keeps before its turn. */
class LayerSessionTest {
  private static final int ROUNDS = 3;
  private static final Share[] SHARES = {share(0), share(1), share(2), share(3)};

  private final LayerSession session = new LayerSession(2);

  private static Share share(int word) {
    return Ring.WORDS.share(Shape.of(1), new int[] {word});
  }

  private void arrive(int port, Share first, Share second, StepEntry entry) {
    session.arrived(new Layer.Input(5, port, List.of(first, second), null), entry, () -> 0);
  }

  /** The step reads the ports of each image in their order, whichever came first. */
  @Test
  void shouldJoinTheInputsOfEachImageWhenTheLastOneCame() {
    List<List<Share>> read = new ArrayList<>();
    StepEntry entry =
        new StepEntry(
            2,
            ports -> {
              read.add(List.of(ports));
              return ports[1];
            });

    arrive(1, SHARES[2], SHARES[3], entry);
    assertFalse(session.awaitsCorrelations());
    arrive(0, SHARES[0], SHARES[1], entry);

    assertTrue(session.awaitsCorrelations());
    assertEquals(List.of(List.of(SHARES[0], SHARES[2]), List.of(SHARES[1], SHARES[3])), read);
    assertEquals(List.of(SHARES[2], SHARES[3]), session.inputs());
    assertFalse(session.hasStarted());
  }

  /** A peer may be rounds ahead, since it may know of the session first. */
  @Test
  void shouldKeepTheOpeningOfEachRoundOnce() {
    assertTrue(session.offer(2, new int[2], ROUNDS));
    assertTrue(session.offer(0, new int[2], ROUNDS));
    assertFalse(session.offer(2, new int[2], ROUNDS));
    assertFalse(session.offer(ROUNDS, new int[2], ROUNDS));
    assertFalse(session.offer(-1, new int[2], ROUNDS));
    assertNull(session.takeOpeningOrNull());
    assertFalse(session.awaitsOpening());
  }

  @Test
  void shouldRefuseNoOpeningOnceItIsAbandoned() {
    assertTrue(session.abandon());
    assertTrue(session.offer(0, new int[2], ROUNDS));
    assertTrue(session.offer(0, new int[2], ROUNDS));
  }
}
