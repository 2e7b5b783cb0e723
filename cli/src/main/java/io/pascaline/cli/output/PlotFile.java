// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A picture named with {@code --plot}, whose ending says its format.
 *
 * @param path where to write it
 */
public record PlotFile(Path path) {
  /** Writes a picture. */
  @FunctionalInterface
  public interface Drawing {
    /**
     * Writes the picture's bytes.
     *
     * @param svg whether as SVG; otherwise as PNG
     */
    void writeTo(OutputStream out, boolean svg) throws IOException;
  }

  /**
   * Finds out before the work whether a picture can be written there.
   *
   * @throws CommandFault if the ending is neither .png nor .svg, or nothing can be written
   */
  public void requireWritable() {
    if (!isSvg() && !hasEnding(".png")) {
      throw new CommandFault("--plot " + path + " has no known ending", "name it .png or .svg");
    }
    new OutputFile("--plot", path, null).requireWritable();
  }

  /**
   * Draws and writes the picture.
   *
   * @throws CommandFault if it cannot be drawn or written
   */
  public void write(Drawing drawing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      drawing.writeTo(out, isSvg());
    } catch (IOException e) {
      throw new CommandFault(
          "--plot " + path + " cannot be drawn (" + e.getMessage() + ")",
          "try the other format",
          e);
    }
    new OutputFile("--plot", path, null).write(out.toByteArray());
  }

  private boolean isSvg() {
    return hasEnding(".svg");
  }

  private boolean hasEnding(String ending) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }
}
