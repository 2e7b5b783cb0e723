// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * An append-only file of reservations, each forced to the disk before its stage completes:
 *
 * <pre>
 * header (see {@link FileHeader}), then records: u64 epoch | u64 endNumber | u32 0 | u32 CRC-32C
 * </pre>
 *
 * <p>A torn record is shorter than a record and the last one; it was never reported as written and
 * is truncated. A whole record that is wrong was written and then damaged, so the role refuses to
 * start: truncating it would forget an epoch. The two cannot be confused. A write appends one
 * record and the next one waits for it, so a process that dies leaves a prefix of it; and a file
 * system that orders data before the length of a file ends the file there after a crash of the
 * machine, too. One that does not may leave zeros, which are refused: to refuse is the safe error,
 * and its remedy (an empty folder) costs only what was precomputed. A file that has grown long is
 * written anew at the start, with one record for each of the latest epochs, under another name that
 * then takes its place.
 */
final class FileWatermark implements Watermark {
  static final String NAME = "watermark";
  private static final int RECORD_BYTES = 24;
  private static final int CHECKED_BYTES = 20;
  private static final int COMPACT_FROM_RECORDS = 1 << 16;
  private static final int KEPT_EPOCHS = 1 << 15;
  private static final long CLOSE_TIMEOUT_MS = 10_000;

  private final Path file;
  private final FileChannel channel;
  private final FileChannel lock;
  private final Map<Long, Long> ends;

  /** Everything that touches the channel or the map runs here, in order. */
  private final ExecutorService io =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-state");
            thread.setDaemon(true);
            return thread;
          });

  private StateException broken;

  private FileWatermark(Path file, FileChannel channel, FileChannel lock, Map<Long, Long> ends) {
    this.file = file;
    this.channel = channel;
    this.lock = lock;
    this.ends = ends;
  }

  /**
   * Reads what is there.
   *
   * @param lock the folder's; closed with this
   */
  static FileWatermark open(Path directory, StateRole role, FileChannel lock) throws IOException {
    Path file = directory.resolve(NAME);
    Map<Long, Long> ends = new LinkedHashMap<>();
    long lengthBytes = 0;
    try {
      ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
      StateRole found = FileHeader.WATERMARK.read(content, file);
      if (found != role) {
        throw new StateException(
            "state-directory "
                + directory
                + " is that of "
                + found
                + ", not of "
                + role
                + ": give each role a folder of its own");
      }
      lengthBytes = readRecords(content, file, ends);
    } catch (NoSuchFileException first) {
      // The first incarnation.
    }
    if (lengthBytes == 0 || lengthBytes > (long) COMPACT_FROM_RECORDS * RECORD_BYTES) {
      lengthBytes = writeAnew(file, role, ends);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      if (channel.size() > lengthBytes) {
        channel.truncate(lengthBytes);
        channel.force(true);
      }
      channel.position(lengthBytes);
      return new FileWatermark(file, channel, lock, ends);
    } catch (IOException | RuntimeException | Error refused) {
      try (channel) {
        throw refused;
      }
    }
  }

  /** Collects all whole records; returns where they end, and a torn one begins. */
  private static long readRecords(ByteBuffer content, Path file, Map<Long, Long> ends) {
    byte[] record = new byte[RECORD_BYTES];
    int number = 0;
    while (content.remaining() >= RECORD_BYTES) {
      content.get(record);
      ByteBuffer fields = ByteBuffer.wrap(record);
      if (fields.getInt(CHECKED_BYTES) != FileHeader.crc(record, 0, CHECKED_BYTES)) {
        throw FileHeader.damaged(file, "record " + number + " is wrong");
      }
      long epoch = fields.getLong();
      Long before = ends.remove(epoch);
      ends.put(epoch, Math.max(fields.getLong(), before == null ? 0 : before));
      number++;
    }
    return (long) FileHeader.BYTES + (long) number * RECORD_BYTES;
  }

  private static long writeAnew(Path file, StateRole role, Map<Long, Long> ends)
      throws IOException {
    int dropped = Math.max(0, ends.size() - KEPT_EPOCHS);
    ByteBuffer content =
        ByteBuffer.allocate(FileHeader.BYTES + (ends.size() - dropped) * RECORD_BYTES);
    content.put(FileHeader.WATERMARK.of(role));
    ends.entrySet().stream()
        .skip(dropped)
        .forEach(entry -> content.put(record(entry.getKey(), entry.getValue())));
    content.flip();
    ReplacedFile.ownerOnly(file).write(out -> out.write(content.array()));
    return content.limit();
  }

  private static ByteBuffer record(long epoch, long endNumber) {
    ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
    record.putLong(epoch).putLong(endNumber).putInt(0);
    record.putInt(FileHeader.crc(record.array(), 0, CHECKED_BYTES));
    return record.flip();
  }

  @Override
  public CompletionStage<Void> begin(long epoch, long endNumber) {
    return submit(
        () -> {
          if (ends.containsKey(epoch)) {
            throw new EpochUsedException(epoch);
          }
          append(epoch, endNumber);
        });
  }

  @Override
  public CompletionStage<Void> reserve(long epoch, long endNumber) {
    return submit(() -> append(epoch, endNumber));
  }

  private CompletionStage<Void> submit(Runnable task) {
    try {
      return CompletableFuture.runAsync(task, io);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.failedStage(new StateException("the state folder is closed"));
    }
  }

  private void append(long epoch, long endNumber) {
    if (broken != null) {
      throw broken;
    }
    ends.put(epoch, endNumber);
    ByteBuffer record = record(epoch, endNumber);
    try {
      while (record.hasRemaining()) {
        channel.write(record);
      }
      channel.force(false);
    } catch (IOException full) {
      // What is on the disk is unknown now: nothing may follow it.
      broken =
          new StateException(
              "state file "
                  + file
                  + " cannot be written ("
                  + full.getMessage()
                  + "): make room or mend the disk, then start again",
              full);
      throw broken;
    }
  }

  @Override
  public void close() {
    io.shutdown();
    try {
      if (!io.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        return; // The lock is let go with the process; until then nobody else may write here.
      }
      channel.close();
      lock.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException closing) {
      // All that was promised is on the disk already.
    }
  }
}
