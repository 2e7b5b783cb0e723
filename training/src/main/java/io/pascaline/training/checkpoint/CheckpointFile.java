// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.checkpoint;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.format.FileFormatException;
import io.pascaline.layers.format.ReplacedFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The one checkpoint of a folder, replaced in one step ({@link ReplacedFile}).
 *
 * <p>A {@link FileFormat} of magic "PSCLCKPT" with the body, big-endian: recipe (length, UTF-8),
 * progress, number of tensors, per tensor its name, length and floats.
 */
public final class CheckpointFile {
  private static final FileFormat FORMAT = new FileFormat("PSCLCKPT", "checkpoint", 2);
  private static final String NAME = "training.checkpoint";
  private static final int PROGRESS_BYTES = 2 * Integer.BYTES + 4 * Long.BYTES;

  private final Path folder;
  private final UnaryOperator<OutputStream> device;

  /** The checkpoint of a folder, which need not exist. */
  public CheckpointFile(Path folder) {
    this(folder, UnaryOperator.identity());
  }

  /**
   * For tests.
   *
   * @param device stands between the checkpoint and the file
   */
  CheckpointFile(Path folder, UnaryOperator<OutputStream> device) {
    this.folder = folder;
    this.device = device;
  }

  /** Returns where the checkpoint is. */
  public Path path() {
    return folder.resolve(NAME);
  }

  /**
   * Puts a checkpoint in the place of the last.
   *
   * @throws IOException in one line, if the disk is full or the folder cannot be written; the last
   *     checkpoint is as it was
   */
  public void write(Checkpoint checkpoint) throws IOException {
    try {
      Files.createDirectories(folder);
      new ReplacedFile(path(), false, device)
          .write(
              out ->
                  FORMAT.write(out, 0, bodyBytes(checkpoint), body -> writeTo(body, checkpoint)));
    } catch (IOException e) {
      String kept = Files.exists(path()) ? "the last good one stays" : "there is none yet";
      throw new IOException(
          "cannot save checkpoint %s: %s; %s, free space and run the same command to resume"
              .formatted(path(), e.getMessage(), kept),
          e);
    }
  }

  /**
   * Returns the folder's checkpoint, empty if there is none.
   *
   * @throws IOException in one line, if it is damaged or cannot be read
   */
  public Optional<Checkpoint> read() throws IOException {
    if (!Files.exists(path())) {
      return Optional.empty();
    }
    try {
      return Optional.of(FORMAT.read(path(), CheckpointFile::readFrom));
    } catch (FileFormatException e) {
      throw new IOException(
          "checkpoint %s is %s (%s); delete it to train from the beginning"
              .formatted(
                  path(), e.isOtherVersion() ? "of another version" : "damaged", e.getMessage()),
          e);
    } catch (IOException e) {
      throw new IOException("cannot read checkpoint " + path() + ": " + e.getMessage(), e);
    }
  }

  private static long bodyBytes(Checkpoint checkpoint) {
    long byteCount = textBytes(checkpoint.recipe()) + PROGRESS_BYTES + Integer.BYTES;
    for (Map.Entry<String, float[]> tensor : checkpoint.tensors().entrySet()) {
      byteCount += textBytes(tensor.getKey()) + Integer.BYTES;
      byteCount += (long) Float.BYTES * tensor.getValue().length;
    }
    return byteCount;
  }

  private static long textBytes(String text) {
    return Integer.BYTES + text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void writeTo(DataOutputStream out, Checkpoint checkpoint) throws IOException {
    writeText(out, checkpoint.recipe());
    Progress progress = checkpoint.progress();
    out.writeInt(progress.epoch());
    out.writeInt(progress.step());
    out.writeDouble(progress.taskLossSum());
    out.writeDouble(progress.penaltySum());
    out.writeLong(progress.hits());
    out.writeDouble(progress.durationMs());
    out.writeInt(checkpoint.tensors().size());
    for (Map.Entry<String, float[]> tensor : checkpoint.tensors().entrySet()) {
      writeText(out, tensor.getKey());
      float[] values = tensor.getValue();
      out.writeInt(values.length);
      ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
      bytes.asFloatBuffer().put(values);
      out.write(bytes.array());
    }
  }

  private static Checkpoint readFrom(int code, long bodyBytes, DataInputStream in)
      throws IOException {
    String recipe = readText(in, bodyBytes);
    Progress progress =
        new Progress(
            in.readInt(),
            in.readInt(),
            in.readDouble(),
            in.readDouble(),
            in.readLong(),
            in.readDouble());
    int count = in.readInt();
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name = readText(in, bodyBytes);
      byte[] bytes = readBytes(in, (long) Float.BYTES * in.readInt(), bodyBytes);
      float[] values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
      tensors.put(name, values);
    }
    return new Checkpoint(recipe, progress, tensors);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in, long bodyBytes) throws IOException {
    return new String(readBytes(in, in.readInt(), bodyBytes), StandardCharsets.UTF_8);
  }

  /** No part is longer than the body, so a damaged length costs no more memory than the file. */
  private static byte[] readBytes(DataInputStream in, long length, long bodyBytes)
      throws IOException {
    if (length < 0 || length > Math.min(bodyBytes, Integer.MAX_VALUE)) {
      throw new IllegalArgumentException("a part has " + length + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    in.readFully(bytes);
    return bytes;
  }
}
