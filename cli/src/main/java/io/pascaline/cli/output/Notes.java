// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import io.pascaline.actors.text.OneLine;
import java.io.PrintWriter;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * What a command says beside its result: notes on the standard error, unless it is to be quiet.
 *
 * @param err the standard error
 * @param quiet whether to say nothing
 */
public record Notes(PrintWriter err, boolean quiet) {
  /** Prints a note in one line. */
  public void say(String note) {
    if (!quiet) {
      err.println("pascaline: note: " + OneLine.of(note));
      err.flush();
    }
  }

  /** Prints a warning, quiet or not, in the format of the log. */
  public void warn(String warning) {
    LogFormat format = LogFormat.current();
    String line = OneLine.of(warning);
    err.println(
        format == LogFormat.JSON
            ? format.line(Level.WARN, line, Map.of())
            : "pascaline: warning: " + line);
    err.flush();
  }
}
