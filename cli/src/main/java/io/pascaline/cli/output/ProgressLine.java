// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the standard error, or nothing where no person is looking. */
public final class ProgressLine implements AutoCloseable {
  private static final String TERMINAL_PROPERTY = "pascaline.terminal";
  private static final int UPDATE_MS = 200;
  private static final int WIDTH = 78;

  private final ProgressBar bar;

  private ProgressLine(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Shows a bar if the launcher has found a terminal.
   *
   * @param task the name of the task, one or two words
   * @param count how many images there are
   * @param quiet whether nothing is to be shown
   * @return the bar, closed by the caller
   */
  public static ProgressLine show(String task, int count, boolean quiet) {
    if (quiet || !Boolean.getBoolean(TERMINAL_PROPERTY)) {
      return new ProgressLine(null);
    }
    PrintStream err = System.err;
    return new ProgressLine(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(count)
            .setUpdateIntervalMillis(UPDATE_MS)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
            .build());
  }

  /** Returns one that shows nothing. */
  public static ProgressLine none() {
    return new ProgressLine(null);
  }

  /** One more image is done. */
  public void onImage() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
