// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import java.util.List;
import java.util.Set;

/** The command line as a model card shows it, to be given to a shell again. */
final class RepeatedCommand {
  /** Options whose values are free text, not paths. */
  private static final Set<String> TEXTS = Set.of("--licence", "--intended-use");

  /** What a shell takes as it is. */
  private static final String PLAIN = "[A-Za-z0-9_./:=,+-]+";

  private RepeatedCommand() {}

  /** Returns the command line, without what only an interrupted run needs. */
  static String of(List<String> words) {
    StringBuilder line = new StringBuilder("./pascaline");
    boolean text = false;
    for (String word : words) {
      if (text || holdsText(word)) {
        line.append(' ').append(quoted(ModelCard.onOneLine(word)));
      } else if (!word.equals("--resume")) {
        line.append(' ').append(quoted(ModelCard.withoutFolders(word)));
      }
      text = !text && TEXTS.contains(word);
    }
    return line.toString();
  }

  private static boolean holdsText(String word) {
    int sign = word.indexOf('=');
    return sign > 0 && TEXTS.contains(word.substring(0, sign));
  }

  /** Returns what a POSIX shell reads as a word. */
  private static String quoted(String word) {
    return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
