// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.cli.Pascaline;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/**
 * One command run in this JVM, and what it printed.
 *
 * @param code the exit code
 * @param out the standard output
 * @param err the standard error
 */
public record CommandRun(int code, String out, String err) {
  public static CommandRun of(Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = args[i] instanceof Path path ? path.toString() : String.valueOf(args[i]);
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Pascaline.run(new PrintWriter(out), new PrintWriter(err), words);
    return new CommandRun(code, out.toString(), err.toString());
  }

  public CommandRun assertOk() {
    assertEquals(0, code, err);
    assertEquals("", err);
    return this;
  }

  /** One line that names cause and remedy, nothing on the standard output. */
  public void assertFault(int expectedCode, String... parts) {
    assertEquals(expectedCode, code, err);
    assertTrue(err.startsWith("pascaline: ") && err.endsWith("\n"), err);
    assertEquals(1, err.lines().count(), err);
    assertFalse(err.contains("Exception"), err);
    assertTrue(err.substring("pascaline: ".length()).contains(": "), err);
    for (String part : parts) {
      assertTrue(err.contains(part), () -> "'" + part + "' is not in: " + err);
    }
    assertEquals("", out);
  }
}
