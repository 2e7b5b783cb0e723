// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

/**
 * The part of a hello that resumes a conversation whose carrier was lost.
 *
 * @param conversation its name, which only the two nodes know where links are sealed; 0 begins a
 *     new one
 * @param receivedMessages whole messages of it that the hello's sender has received
 * @param receivedWords words of the next one, a tensor, that it has received as well
 * @param receivedChunks chunks that those came in
 */
public record Resumption(
    long conversation, long receivedMessages, int receivedWords, int receivedChunks) {
  /** Nothing to resume. */
  public static final Resumption NONE = new Resumption(0, 0, 0, 0);

  /** Returns whether a new conversation begins. */
  public boolean isNone() {
    return conversation == 0;
  }

  /** Without the conversation's name. */
  @Override
  public String toString() {
    return isNone()
        ? "Resumption[none]"
        : "Resumption["
            + receivedMessages
            + " messages, "
            + receivedWords
            + " words in "
            + receivedChunks
            + " chunks]";
  }
}
