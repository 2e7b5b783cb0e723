// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FaultReporterTest {
  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(new OutOfMemoryError("Java heap space"), "memory is exhausted"),
        Arguments.of(new StackOverflowError(), "-Xss"),
        Arguments.of(new NoClassDefFoundError("Could not initialize class A"), "java.io.tmpdir"),
        Arguments.of(new UnsatisfiedLinkError("libfoo.so: cannot map"), "libfoo.so"),
        Arguments.of(
            new ExceptionInInitializerError(new CommandFault("cause", "remedy")), "cause: remedy"),
        Arguments.of(
            new CompletionException(new ExceptionInInitializerError(new OutOfMemoryError())),
            "memory is exhausted"),
        Arguments.of(new AssertionError("a\nb"), "unexpected fault (AssertionError: a b)"),
        Arguments.of(new IOException("broken"), "unexpected fault (IOException: broken)"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldSayEveryThrowableInOneLine(Throwable fault, String part) {
    StringWriter err = new StringWriter();

    int code = new FaultReporter(List.of()).report(fault, new PrintWriter(err), false);

    assertEquals(FaultReporter.FAILED, code);
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().startsWith("pascaline: "), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }
}
