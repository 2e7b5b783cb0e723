// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.cli.Pascaline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StandardOutputTest {
  @TempDir private Path folder;

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @Test
  void shouldReportOnceThatItsReaderHasGone() {
    AtomicInteger said = new AtomicInteger();
    StandardOutput output = new StandardOutput(failing("Broken pipe"), said::incrementAndGet);
    assertFalse(output.isReaderGone());

    for (int i = 0; i < 2; i++) {
      assertThrows(IOException.class, () -> output.write('x'));
    }

    assertTrue(output.isReaderGone());
    assertEquals(1, said.get());
  }

  /** The shell opens a pipe and closes its only reader before it becomes the command. */
  @Test
  void shouldEndQuietlyWhenNobodyReads() throws Exception {
    Ended ended = run("mkfifo pipe; exec 3<>pipe 4>pipe 3<&-; exec \"$@\" >&4");
    assertEquals("", ended.errors());
    assertEquals(StandardOutput.READER_GONE, ended.code());
  }

  @Test
  void shouldReportADeviceThatIsFull() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    Ended ended = run("exec \"$@\" >/dev/full");
    assertTrue(
        ended.errors().startsWith("pascaline: the standard output cannot be written"),
        ended.errors());
    assertEquals(FaultReporter.FAILED, ended.code());
  }

  private record Ended(int code, String errors) {}

  /** Runs the command below a line of the shell. */
  private Ended run(String line) throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/bin/bash")));
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(
                "/bin/bash",
                "-c",
                line,
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Pascaline.class.getName(),
                "infer",
                "--help")
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(errors));
  }
}
