// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Documents, and the comments, messages and names of production code, say what the field says. Of
 * names, only the words that can be told from others without their meaning are checked.
 */
class GlossaryTest {
  /**
   * A phrase and what is written in its place.
   *
   * @param phrase matches it, in any case
   * @param write the field's term
   */
  record Word(Pattern phrase, String write) {
    static Word of(String phrase, String write) {
      return new Word(Pattern.compile("\\b(?:" + phrase + ")", Pattern.CASE_INSENSITIVE), write);
    }
  }

  private static final List<Word> WORDS =
      List.of(
          Word.of("diallers?\\b|listeners? of (a|the) handshake", "initiator, responder"),
          Word.of("(former|earlier|previous|own) li(fe|ves)\\b", "incarnation"),
          Word.of("in (the )?clear(text)?\\b", "in plaintext"),
          Word.of("(public|private|other|both) hal(f|ves)\\b", "share, key"),
          Word.of("(this|whose) half\\b|halves (must|of party)\\b", "share"),
          Word.of(
              "(half|halves) of (the|an|its|their|a|both|different)"
                  + " (input|output|sharing|share|answer|request|model|weight|network|identit)",
              "share"),
          Word.of("cut(s|ting)?\\b(?! short|-mix| off)", "truncate"),
          Word.of("what (is|was|were) prepared\\b", "correlations"),
          Word.of("at hand\\b", "available"),
          Word.of(
              "(correlations|randomness|made|makes?|deals?|dealt|dealing) ahead\\b|ahead of"
                  + " time\\b",
              "precomputed"),
          Word.of("burn(t|s|ed|ing)?\\b", "discard"),
          Word.of("stock(s|ed)?\\b(?!\\.\\*)", "on-disk store"),
          Word.of("(one|two|which|each|per|the|an) exchanges?\\b", "round"),
          Word.of("under way\\b", "in flight"),
          Word.of("(go(es|ne|ing)?|went) on with\\b", "resume, continue"),
          Word.of("(connection|link) places?\\b", "slot"),
          Word.of("ask(s|ed|ing)? (it |them |the \\w+ )?again\\b", "retry"),
          Word.of("turn(s|ed|ing)? (\\w+ ){0,2}away\\b", "reject"),
          Word.of("(let|lets|letting) (it |them |nobody |anybody )?in\\b", "accept"),
          Word.of("(give|gives|gave|given|giving) (it |them )?up\\b", "close, time out"),
          Word.of(
              "do(es)?( not|n't) hold\\b(?!"
                  + " (up|on|back|more|for|any|its|their|the|a|an|them|it)\\b)",
              "fails, is invalid"),
          Word.of("(hold(s|ing)?|held) ([a-z]+ ){0,4}against\\b", "compare with, check against"),
          Word.of("so many\\b", "that many, N"));

  private static final List<Word> NAMES =
      List.of(
          new Word(Pattern.compile("\\b(\\w+L|l)i(fe|ves)\\b"), "incarnation"),
          new Word(Pattern.compile("\\b(LEAST_(?!LOADED)\\w+|least(?!Loaded)[A-Z]\\w*)\\b"), "min"),
          new Word(Pattern.compile("\\b(MOST_\\w+|most[A-Z]\\w*)\\b"), "max"));

  /** The page that names what not to write. */
  private static final String GLOSSARY = "docs/glossary.md";

  /** Phrases that wait to be rewritten, at most, by folder: lower a number as they go. */
  private static final Map<String, Integer> REMAINING = Map.of();

  private static final Pattern COMMENT_OR_TEXT =
      Pattern.compile(
          "//[^\\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*+\"|'(?:\\\\.|[^'\\\\])'",
          Pattern.DOTALL);

  /** Line ends within a sentence, with what begins the next line of a comment. */
  private static final Pattern LINE_END = Pattern.compile("[ \\t]*\\n[ \\t]*(?:\\*|//|>)?[ \\t]*");

  @Test
  void shouldUseTheWordsOfTheField() throws IOException {
    Map<String, String> prose = new TreeMap<>(ProductionCode.texts("docs/**.md"));
    prose.putAll(ProductionCode.texts("{README,CONTRIBUTING,SECURITY}.md"));
    prose.put("CHANGELOG.md", unreleased());
    ProductionCode.sources().forEach((file, code) -> prose.put(file, commentsAndTexts(code)));
    Map<String, Set<String>> found = new TreeMap<>();
    prose.forEach(
        (file, text) -> {
          if (!file.equals(GLOSSARY)) {
            find(WORDS, file, LINE_END.matcher(text).replaceAll(" "), found);
          }
        });
    ProductionCode.sources()
        .forEach(
            (file, code) ->
                find(NAMES, file, COMMENT_OR_TEXT.matcher(code).replaceAll(" "), found));
    found.forEach(
        (folder, phrases) ->
            assertTrue(
                phrases.size() <= REMAINING.getOrDefault(folder, 0),
                () -> phrases.size() + " in " + folder + ":\n" + String.join("\n", phrases)));
  }

  private static void find(
      List<Word> words, String file, String text, Map<String, Set<String>> found) {
    String folder = file.replaceFirst("/.*", "");
    for (Word word : words) {
      Matcher matcher = word.phrase().matcher(text);
      while (matcher.find()) {
        String near =
            text.substring(
                Math.max(0, matcher.start() - 30), Math.min(text.length(), matcher.end() + 20));
        found
            .computeIfAbsent(folder, name -> new TreeSet<>())
            .add(file + ": write \"" + word.write() + "\" in: " + near);
      }
    }
  }

  /** What was released stays as it was said then. */
  private static String unreleased() throws IOException {
    return ProductionCode.texts("CHANGELOG.md").get("CHANGELOG.md").split("\n## ", 3)[1];
  }

  private static String commentsAndTexts(String code) {
    StringBuilder prose = new StringBuilder();
    Matcher matcher = COMMENT_OR_TEXT.matcher(code);
    while (matcher.find()) {
      prose.append(matcher.group()).append("\n\n");
    }
    return prose.toString();
  }
}
