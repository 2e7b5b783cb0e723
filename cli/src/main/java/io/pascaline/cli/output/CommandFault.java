// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import io.pascaline.actors.settings.SettingsFault;

/**
 * A fault that ends a command: what went wrong and what the user can do about it, each in one short
 * phrase. Printed as {@code pascaline: <cause>: <remedy>}, like a fault of the settings. Holds no
 * secret value. Immutable.
 */
public final class CommandFault extends SettingsFault {
  private static final long serialVersionUID = 1L;

  /**
   * A fault found by the command itself.
   *
   * @param cause what went wrong, naming the file, option or peer
   * @param remedy what to do about it
   */
  public CommandFault(String cause, String remedy) {
    super(cause, remedy);
  }

  /**
   * A fault that another exception caused.
   *
   * @param cause what went wrong, naming the file, option or peer
   * @param remedy what to do about it
   * @param origin shown only with {@code --verbose}
   */
  public CommandFault(String cause, String remedy, Throwable origin) {
    super(cause, remedy, origin);
  }
}
