// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One file per incarnation of a role, {@code audit-N.log}, written through mapped memory: what is
 * in it outlives a kill of the process at once, without a call of the system. The file is filled
 * with zeros a stretch ahead, by a thread of its own, so that a full disk shows before anything is
 * written.
 *
 * <pre>
 * header (see {@link FileHeader}), then records of 48 bytes, then zeros:
 * u8 event | u8[3] 0 | u32 layer | u64 epoch | u64 number | u32 round | u64 digest.high
 *   | u64 digest.low | u32 CRC-32C
 * </pre>
 */
final class FileAuditLog implements AuditLog {
  static final int RECORD_BYTES = 48;
  static final int CHECKED_BYTES = RECORD_BYTES - Integer.BYTES;
  private static final int STRETCH_BYTES = RECORD_BYTES << 14;
  private static final int MAX_FILES = 1_000_000;
  private static final long STRETCH_TIMEOUT_MS = 10_000;

  private final Path file;
  private final FileChannel channel;
  private final ExecutorService io =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-audit");
            thread.setDaemon(true);
            return thread;
          });
  private final byte[] record = new byte[RECORD_BYTES];
  private MappedByteBuffer stretch;
  private CompletableFuture<MappedByteBuffer> next;
  private boolean closed;

  private FileAuditLog(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    stretch = prepare();
    next = CompletableFuture.supplyAsync(this::prepareOrFail, io);
  }

  static FileAuditLog create(Path directory, StateRole role) throws IOException {
    for (int incarnation = 1; incarnation < MAX_FILES; incarnation++) {
      Path file = directory.resolve(String.format("audit-%06d.log", incarnation));
      FileChannel channel;
      try {
        channel =
            FileChannel.open(
                file,
                Set.of(
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE),
                StateDirectory.ownerOnly(directory));
      } catch (FileAlreadyExistsException earlierIncarnation) {
        continue;
      }
      return begin(file, channel, role);
    }
    throw new StateException(
        "state-directory " + directory + " holds too many audit logs: move the old ones away");
  }

  /** Makes a log of a new file; closes and deletes it if the disk has no room for its beginning. */
  private static FileAuditLog begin(Path file, FileChannel channel, StateRole role)
      throws IOException {
    try {
      ByteBuffer header = FileHeader.AUDIT.of(role);
      while (header.hasRemaining()) {
        channel.write(header);
      }
      return new FileAuditLog(file, channel);
    } catch (IOException | RuntimeException | Error refused) {
      try (channel) {
        Files.deleteIfExists(file);
      } catch (IOException alsoRefused) {
        refused.addSuppressed(alsoRefused);
      }
      throw refused;
    }
  }

  private MappedByteBuffer prepare() throws IOException {
    long from = channel.size();
    ByteBuffer zeros = ByteBuffer.allocate(STRETCH_BYTES);
    while (zeros.hasRemaining()) {
      channel.write(zeros, from + zeros.position());
    }
    return channel.map(FileChannel.MapMode.READ_WRITE, from, STRETCH_BYTES);
  }

  private MappedByteBuffer prepareOrFail() {
    try {
      return prepare();
    } catch (IOException full) {
      throw new StateException(
          "audit log " + file + " cannot be written (" + full.getMessage() + "): make room", full);
    }
  }

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public synchronized void record(AuditRecord entry) {
    if (closed) {
      throw new StateException("audit log " + file + " is closed");
    }
    if (!stretch.hasRemaining()) {
      stretch = nextStretch();
      next = CompletableFuture.supplyAsync(this::prepareOrFail, io);
    }
    ByteBuffer fields = ByteBuffer.wrap(record);
    fields.putInt(entry.event().code() << 24).putInt(entry.layer());
    fields.putLong(entry.epoch()).putLong(entry.number()).putInt(entry.round());
    fields.putLong(entry.digest().high()).putLong(entry.digest().low());
    fields.putInt(FileHeader.crc(record, 0, CHECKED_BYTES));
    stretch.put(record);
  }

  private MappedByteBuffer nextStretch() {
    try {
      return next.get(STRETCH_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StateException("audit log " + file + ": interrupted", interrupted);
    } catch (TimeoutException slow) {
      throw new StateException("audit log " + file + ": the disk does not answer", slow);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof StateException full
          ? full
          : new StateException("audit log " + file + ": " + failed.getCause(), failed);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    io.shutdown();
    try {
      io.awaitTermination(STRETCH_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      channel.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException closing) {
      // The records are in the file already.
    }
  }
}
