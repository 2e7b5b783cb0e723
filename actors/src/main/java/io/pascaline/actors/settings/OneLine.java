// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

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
   * @return without control characters, at most 1000 characters long
   */
  public static String of(String text) {
    if (text == null) {
      return "";
    }
    StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
    boolean blank = true;
    for (int i = 0; i < text.length() && line.length() < MAX_LENGTH; i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
        if (!blank) {
          line.append(' ');
        }
        blank = true;
      } else {
        line.append(Character.isISOControl(c) ? '?' : c);
        blank = false;
      }
    }
    return line.toString().strip();
  }
}
