// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneLineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\nb",
        "a\r\n\tb",
        "a \u0000b",
        "a\u001bb",
        "a\u009bb",
        "a\u202eb",
        "a\u2028b",
        "a\ud800b"
      })
  void shouldReplaceUnprintableCharactersByABlank(String text) {
    assertEquals("a b", OneLine.of(text));
  }

  @Test
  void shouldKeepWhatIsPrinted() {
    assertEquals("Größe 1 \ud83d\ude00", OneLine.of(" Größe 1 \ud83d\ude00 "));
    assertEquals("", OneLine.of(null));
  }

  @Test
  void shouldEndALineThatIsTooLongBetweenCharacters() {
    assertEquals(1_000, OneLine.of("x".repeat(2_000)).length());
    assertEquals("xx", OneLine.of("xx\ud83d\ude00", 3));
  }
}
