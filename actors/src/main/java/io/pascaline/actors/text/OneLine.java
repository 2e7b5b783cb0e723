// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.text;

/**
 * Text made fit for one line of a terminal: names of files and peers are other people's input, so
 * line ends and escape sequences in them must not reach the terminal.
 */
public final class OneLine {
  private static final int MAX_LENGTH = 1_000;

  private OneLine() {}

  /**
   * Returns the same text in one line.
   *
   * @param text any text, or null
   * @return printable characters and single blanks, at most 1000 characters in all
   */
  public static String of(String text) {
    return of(text, MAX_LENGTH);
  }

  /**
   * Returns the same text in one line with another limit.
   *
   * @param maxLength most characters that the line may have
   */
  public static String of(String text, int maxLength) {
    if (text == null) {
      return "";
    }
    StringBuilder line = new StringBuilder(Math.min(text.length(), maxLength));
    boolean blank = true;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      int shown = isPrintable(character) ? character : ' ';
      if (shown == ' ' && blank) {
        continue;
      }
      if (line.length() + Character.charCount(shown) > maxLength) {
        break;
      }
      line.appendCodePoint(shown);
      blank = shown == ' ';
    }
    return line.toString().strip();
  }

  /** Returns false for control characters and others that end a line or change its direction. */
  private static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
