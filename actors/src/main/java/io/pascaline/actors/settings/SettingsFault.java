// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.actors.text.OneLine;

/**
 * What is wrong with a file of a role, and what its owner can do about it, each in one short
 * phrase. Holds no secret value. It is not an {@link IllegalArgumentException}: readers of settings
 * catch that type from the checks of values, and must not catch this fault by accident. Immutable.
 */
public class SettingsFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * Makes a fault that the reader found itself.
   *
   * @param what what is wrong, naming the file and the setting
   * @param remedy what to do about it
   */
  public SettingsFault(String what, String remedy) {
    this(what, remedy, null);
  }

  /**
   * Makes a fault that another exception caused.
   *
   * @param what what is wrong, naming the file and the setting
   * @param remedy what to do about it
   * @param origin the exception, or null
   */
  public SettingsFault(String what, String remedy, Throwable origin) {
    super(what, origin);
    this.remedy = remedy;
  }

  /** Returns what to do about it: a short phrase. */
  public final String remedy() {
    return remedy;
  }

  /** Returns what is wrong and the remedy in one line, control characters replaced. */
  public final String line() {
    return OneLine.of(getMessage() + ": " + remedy);
  }
}
