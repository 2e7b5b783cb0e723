// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which class of the model each class folder is.
 *
 * <p>When every folder is called like one of the model's labels, case and punctuation aside, the
 * labels number them; otherwise, when every name is a whole number, the name itself is the class;
 * otherwise they are numbered in the order of their names, which is a guess and said so.
 *
 * @param numbers class by folder
 * @param classNames the folders' names by class, if these number the classes; else empty
 * @param note what the user should know about the numbering, or empty
 */
record ClassNumbering(
    Map<String, Integer> numbers, List<String> classNames, Optional<String> note) {
  private static final int MAX_NUMBER_LENGTH = 6;
  private static final int AMBIGUOUS = -1;

  /**
   * Numbers class folders.
   *
   * @param folders their names, at least one
   * @param labels the model's classes in order; empty if it names none
   * @return a number for each
   */
  static ClassNumbering of(Collection<String> folders, List<String> labels) {
    Map<String, Integer> byLabel = byLabel(labels);
    TreeSet<String> names = new TreeSet<>(folders);
    Map<String, Integer> numbers = new TreeMap<>();
    Optional<String> misfit = Optional.empty();
    for (String name : names) {
      int exact = labels.indexOf(name);
      int number = exact >= 0 ? exact : byLabel.getOrDefault(plain(name), AMBIGUOUS);
      if (number == AMBIGUOUS && misfit.isEmpty()) {
        misfit = Optional.of(name);
      }
      numbers.put(name, number);
    }
    if (misfit.isEmpty()) {
      return new ClassNumbering(numbers, List.of(), Optional.empty());
    }
    if (names.stream().allMatch(ClassNumbering::isNumber)) {
      numbers.replaceAll((name, unused) -> Integer.parseInt(name));
      return new ClassNumbering(numbers, List.of(), Optional.empty());
    }
    int next = 0;
    for (String name : names) {
      numbers.put(name, next++);
    }
    String cause =
        labels.isEmpty()
            ? "the model names no labels"
            : "folder names are not the model's labels (first '" + misfit.get() + "')";
    return new ClassNumbering(
        numbers,
        List.copyOf(names),
        Optional.of(cause + ": classes numbered in the order of their names"));
  }

  /** Labels that differ in case or punctuation alone can only be named exactly. */
  private static Map<String, Integer> byLabel(List<String> labels) {
    Map<String, Integer> byLabel = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      byLabel.merge(plain(labels.get(i)), i, (one, other) -> AMBIGUOUS);
    }
    byLabel.remove("");
    return byLabel;
  }

  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    name.codePoints().filter(Character::isLetterOrDigit).forEach(plain::appendCodePoint);
    return plain.toString().toLowerCase(Locale.ROOT);
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NUMBER_LENGTH
        && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
