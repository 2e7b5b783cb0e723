// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamGateTest {
  private static final int STREAM = 7;
  private static final int SESSION = -3;
  private static final int TERM_BYTES = 1 << 16;
  private static final int TERM = 100;
  private static final int OFFSET = 320;
  private static final int FAR = 5;

  private final StreamGate gate = new StreamGate();

  @BeforeEach
  void begin() {
    gate.close();
    gate.begin(STREAM, SESSION, TERM, OFFSET, TERM_BYTES);
  }

  private boolean takes(int termId, int termOffset, int length) {
    return gate.takes(STREAM, SESSION, termId, termOffset, length);
  }

  @ParameterizedTest(name = "term {0}, offset {1}, {2} bytes: {3}")
  @CsvSource({
    "100, 320, 32, true",
    "100, 320, 65536, true",
    "100, 320, 65568, false",
    "100, 352, 65536, false",
    "101, 288, 32, true",
    "101, 320, 32, false",
    "100, 288, 32, false",
    "99, 65504, 32, false",
    "2147483647, 320, 32, false",
    "-2147483648, 320, 32, false"
  })
  void shouldTakeTheBeginningOfAStream(int termId, int termOffset, int length, boolean taken) {
    assertTrue(takes(termId, termOffset, length) == taken);
  }

  @Test
  void shouldTakeEverythingOfAProvenStream() {
    gate.prove(STREAM, SESSION);

    assertTrue(takes(TERM + FAR, 0, 1_408));
    assertTrue(gate.takesSetup(STREAM, SESSION));
    assertFalse(gate.takes(STREAM + 1, SESSION, TERM, OFFSET, 32));
    assertFalse(gate.takes(STREAM, SESSION + 1, TERM, OFFSET, 32));
  }

  @Test
  void shouldTakeNothingOfARefusedStreamUntilItsImageHasEnded() {
    gate.prove(STREAM, SESSION);
    gate.refuse(STREAM, SESSION);
    gate.prove(STREAM, SESSION);

    assertFalse(takes(TERM, OFFSET, 32));
    assertFalse(gate.takesSetup(STREAM, SESSION));

    gate.forget(STREAM, SESSION);

    assertTrue(gate.takesSetup(STREAM, SESSION));
    assertFalse(takes(TERM, OFFSET, 32));
  }

  /** Whoever says again where a stream begins does not move it. */
  @Test
  void shouldKeepWhereAStreamBegan() {
    gate.begin(STREAM, SESSION, TERM + FAR, 0, TERM_BYTES);

    assertTrue(takes(TERM, OFFSET, 32));
    assertFalse(takes(TERM + FAR, 0, 32));
  }

  @Test
  void shouldForgetTheOldestThatIsNotProven() {
    gate.prove(STREAM, SESSION);
    assertTrue(takes(TERM, OFFSET, 32));
    for (int i = 0; i < 2 * StreamGate.MAX_STREAMS; i++) {
      gate.begin(STREAM, i, TERM, OFFSET, TERM_BYTES);
    }

    assertTrue(takes(TERM + FAR, 0, 32));
    assertFalse(gate.takes(STREAM, 0, TERM, OFFSET, 32));
    assertTrue(gate.takes(STREAM, 2 * StreamGate.MAX_STREAMS - 1, TERM, OFFSET, 32));
  }

  @Test
  void shouldTakeEverythingWhereNobodySaysWhoseStreamsAre() {
    StreamGate open = new StreamGate();

    assertTrue(open.takes(STREAM, SESSION, TERM + FAR, 0, 32));
  }
}
