// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.model;

/**
 * A model file cannot be imported. The message is one line: where, what is wrong, and what to do
 * instead.
 */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MESSAGE_LENGTH = 600;

  /** A problem of the file; control characters from the file do not reach the message. */
  public ModelFormatException(String message) {
    super(oneLine(message));
  }

  /** A problem of the file that another exception shows. */
  public ModelFormatException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Returns a name from the file as it may appear in a message: short and in quotes. */
  public static String quoted(String name) {
    return "'" + (name.length() > 80 ? name.substring(0, 77) + "..." : name) + "'";
  }

  private static String oneLine(String message) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < Math.min(message.length(), MESSAGE_LENGTH); i++) {
      char c = message.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
    }
    return line.toString();
  }
}
