// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.event.Level;

/**
 * Turns whatever ends a command into one line on the standard error: {@code pascaline: <cause>:
 * <remedy>}. The stack trace is printed only when it was asked for.
 */
public final class FaultReporter {
  /** Exit code of a command that failed. */
  public static final int FAILED = 1;

  /** Exit code of a command line that cannot be understood. */
  public static final int USAGE = 2;

  private static final String PREFIX = "pascaline: ";

  private final List<Class<? extends Exception>> oneLineKinds;

  /**
   * A reporter.
   *
   * @param oneLineKinds exceptions of other modules whose message already is one line of cause and
   *     remedy
   */
  public FaultReporter(List<Class<? extends Exception>> oneLineKinds) {
    this.oneLineKinds = List.copyOf(oneLineKinds);
  }

  /**
   * Prints a fault.
   *
   * @param fault what ended the command
   * @param err the standard error
   * @param trace whether to print the stack trace too
   * @return the exit code
   */
  public int report(Throwable fault, PrintWriter err, boolean trace) {
    String line = line(unwrapped(fault));
    err.println(
        LogFormat.current() == LogFormat.JSON
            ? LogFormat.JSON.line(Level.ERROR, line, Map.of())
            : PREFIX + line);
    if (trace) {
      fault.printStackTrace(err);
    }
    err.flush();
    return FAILED;
  }

  /**
   * Prints what is wrong with a command line.
   *
   * @param message the parser's words
   * @param remedy which help to read
   * @param err the standard error
   * @return the exit code
   */
  public int reportUsage(String message, String remedy, PrintWriter err) {
    err.println(PREFIX + OneLine.of(message + ": " + remedy));
    err.flush();
    return USAGE;
  }

  private static Throwable unwrapped(Throwable fault) {
    Throwable cause = fault;
    while ((cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause instanceof ExceptionInInitializerError)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private String line(Throwable fault) {
    if (fault instanceof SettingsFault settingsFault) {
      return settingsFault.line();
    }
    if (oneLineKinds.stream().anyMatch(kind -> kind.isInstance(fault))) {
      return OneLine.of(fault.getMessage());
    }
    if (fault instanceof NoSuchFileException missing) {
      return OneLine.of(missing.getFile() + " does not exist: check the path");
    }
    if (fault instanceof AccessDeniedException denied) {
      return OneLine.of(denied.getFile() + " may not be accessed: check its permissions");
    }
    if (fault instanceof FileSystemException file) {
      return OneLine.of(
          file.getFile() + " cannot be used (" + file.getReason() + "): check path and disk");
    }
    if (fault instanceof OutOfMemoryError) {
      return "memory is exhausted: give the JVM more, for instance"
          + " PASCALINE_JAVA_OPTS=-Xmx8g, or less to the roles (--memory, memory.max-mib)";
    }
    if (fault instanceof StackOverflowError) {
      return "a thread's stack is exhausted: give it more with PASCALINE_JAVA_OPTS=-Xss8m";
    }
    if (fault instanceof LinkageError) {
      return OneLine.of(
          "a library cannot be loaded ("
              + fault
              + "): build again, and check that "
              + System.getProperty("java.io.tmpdir")
              + " (java.io.tmpdir) is a folder that can be written to and executed from");
    }
    return OneLine.of(
        "unexpected fault ("
            + fault.getClass().getSimpleName()
            + ": "
            + fault.getMessage()
            + "): run it again with --verbose and report what it prints");
  }
}
