// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.closing;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each part closes, whatever the others do. */
class PartsTest {
  private final Parts parts = new Parts();
  private final List<String> closed = new ArrayList<>();

  private void own(String name, Throwable thrownOrNull) {
    parts.own(
        () -> {
          closed.add(name);
          if (thrownOrNull instanceof Error error) {
            throw error;
          }
          if (thrownOrNull != null) {
            throw (Exception) thrownOrNull;
          }
        });
  }

  @Test
  void shouldCloseAllInTheReverseOrder() {
    own("first", null);
    own("second", null);
    own("third", null);

    parts.close();

    assertEquals(List.of("third", "second", "first"), closed);
  }

  @Test
  void shouldCloseTheOthersWhenSomeFail() {
    RuntimeException ofSecond = new IllegalStateException("second");
    Error ofThird = new AssertionError("third");
    own("first", new IOException("first"));
    own("second", ofSecond);
    own("third", ofThird);

    assertSame(ofThird, assertThrows(Error.class, parts::close));

    assertEquals(List.of("third", "second", "first"), closed);
    assertSame(ofSecond, ofThird.getSuppressed()[0]);
    assertEquals("first", ofThird.getSuppressed()[1].getMessage());
  }

  @Test
  void shouldSayWhichCheckedExceptionStoppedAPart() {
    IOException checked = new IOException("the disk is full");
    own("only", checked);

    IllegalStateException badly = assertThrows(IllegalStateException.class, parts::close);

    assertSame(checked, badly.getCause());
    assertEquals("a part does not close: the disk is full", badly.getMessage());
  }

  @Test
  void shouldCloseOnce() {
    own("only", new IllegalStateException("once"));

    assertThrows(IllegalStateException.class, parts::close);
    assertDoesNotThrow(parts::close);

    assertEquals(List.of("only"), closed);
  }

  @Test
  void shouldCloseAtOnceWhatIsOwnedTooLate() {
    own("first", null);
    parts.close();

    own("late", null);

    assertEquals(List.of("first", "late"), closed);
  }

  @Test
  void shouldCloseWhatAPartOwnsWhileItCloses() {
    own("first", null);
    parts.own(() -> own("late", null));

    parts.close();

    assertEquals(List.of("late", "first"), closed);
  }

  @Test
  void shouldCloseWhatIsOwnedWhenAStepIsRefused() {
    RuntimeException refused = new IllegalArgumentException("refused");
    RuntimeException badly = new IllegalStateException("badly");
    own("first", badly);
    own("second", null);

    assertSame(
        refused,
        assertThrows(
            IllegalArgumentException.class,
            () ->
                parts.orClose(
                    () -> {
                      throw refused;
                    })));

    assertEquals(List.of("second", "first"), closed);
    assertSame(badly, refused.getSuppressed()[0]);
  }

  @Test
  void shouldKeepWhatIsOwnedWhenAStepIsDone() {
    own("first", null);

    assertEquals(7, parts.orClose(() -> 7));

    assertEquals(List.of(), closed);
  }
}
