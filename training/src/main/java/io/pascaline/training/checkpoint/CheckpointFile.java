// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.checkpoint;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The one checkpoint of a folder. A new one is written beside the old, forced to the disk and then
 * put in its place, so that at any moment, power cuts and full disks included, a whole one is
 * there.
 *
 * <p>Format, big-endian: magic, recipe (length, UTF-8), progress, number of tensors, per tensor its
 * name, length and floats, CRC-32C of everything before.
 */
public final class CheckpointFile {
  private static final int MAGIC = 0x50534331; // "PSC1"
  private static final String NAME = "training.checkpoint";
  private static final int MAX_TEXT_BYTES = 1 << 20;
  private static final int MAX_TENSORS = 1 << 20;

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
    Path fresh = folder.resolve(NAME + ".new");
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        OutputStream out = device.apply(Channels.newOutputStream(channel));
        writeTo(new BufferedOutputStream(out, 1 << 16), checkpoint);
        channel.force(true);
      }
      Files.move(
          fresh, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    } catch (IOException e) {
      throw failure(fresh, e);
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
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path()), 1 << 16)) {
      return Optional.of(readFrom(in));
    } catch (DamagedException | EOFException e) {
      throw new IOException(
          "checkpoint " + path() + " is damaged; delete it to train from the beginning", e);
    } catch (IOException e) {
      throw new IOException("cannot read checkpoint " + path() + ": " + e.getMessage(), e);
    }
  }

  private IOException failure(Path fresh, IOException cause) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    String kept = Files.exists(path()) ? "the last good one stays" : "there is none yet";
    return new IOException(
        "cannot save checkpoint %s: %s; %s, free space and run the same command to go on"
            .formatted(path(), cause.getMessage(), kept),
        cause);
  }

  private static void writeTo(OutputStream sink, Checkpoint checkpoint) throws IOException {
    CRC32C sum = new CRC32C();
    DataOutputStream out = new DataOutputStream(new CheckedOutputStream(sink, sum));
    out.writeInt(MAGIC);
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
    out.writeLong(sum.getValue());
    out.flush();
  }

  private static Checkpoint readFrom(InputStream source) throws IOException {
    CRC32C sum = new CRC32C();
    DataInputStream in = new DataInputStream(new CheckedInputStream(source, sum));
    require(in.readInt() == MAGIC);
    String recipe = readText(in);
    Progress progress =
        new Progress(
            in.readInt(),
            in.readInt(),
            in.readDouble(),
            in.readDouble(),
            in.readLong(),
            in.readDouble());
    int count = in.readInt();
    require(count >= 0 && count <= MAX_TENSORS);
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name = readText(in);
      int length = in.readInt();
      require(length >= 0 && length <= Integer.MAX_VALUE / Float.BYTES);
      byte[] bytes = in.readNBytes(length * Float.BYTES);
      require(bytes.length == length * Float.BYTES);
      float[] values = new float[length];
      ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
      tensors.put(name, values);
    }
    long expected = sum.getValue();
    require(in.readLong() == expected);
    return new Checkpoint(recipe, progress, tensors);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    require(length >= 0 && length <= MAX_TEXT_BYTES);
    byte[] bytes = in.readNBytes(length);
    require(bytes.length == length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void require(boolean valid) throws DamagedException {
    if (!valid) {
      throw new DamagedException();
    }
  }

  private static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
