// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The standard output of the process. Notices when its reader has gone, as in {@code status | head
 * -1}. SIGPIPE then ends other programs. Java ignores this signal: the write fails with an
 * exception, which a {@link java.io.PrintWriter} hides. Thread-safe.
 */
public final class StandardOutput extends OutputStream {
  /** Exit code of a process that SIGPIPE ends, as shells report it. */
  public static final int READER_GONE = 141;

  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

  private final OutputStream target;
  private final Runnable onReaderGone;
  private volatile boolean readerGone;

  /**
   * Wraps the standard output.
   *
   * @param target writes to the file descriptor, unbuffered
   * @param onReaderGone runs once when a write shows that nobody reads any more; must not block
   */
  public StandardOutput(OutputStream target, Runnable onReaderGone) {
    this.target = target;
    this.onReaderGone = onReaderGone;
  }

  /** Returns whether a write has shown that nobody reads any more. */
  public boolean isReaderGone() {
    return readerGone;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int count) throws IOException {
    try {
      target.write(bytes, offset, count);
    } catch (IOException e) {
      if (!readerGone && isAboutPipe(e)) {
        readerGone = true;
        onReaderGone.run();
      }
      throw e;
    }
  }

  /**
   * Returns whether a pipe failed: files and devices fail for other reasons. The message of the
   * exception may be in the language of the user.
   */
  private static boolean isAboutPipe(IOException e) {
    if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
      return true;
    }
    try {
      return Files.readSymbolicLink(DESCRIPTOR).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException notLinux) {
      return false;
    }
  }
}
