// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A store in append-only segment files, {@code store-N.seg}, of AES-256-GCM records without any
 * frame: where each one lies is known to this process only, because its epoch, and with it the key,
 * ends with the process. The nonce is (layer, number), which comes once under a key. A segment is
 * removed when its last record has been taken; what an earlier incarnation left is removed at the
 * start. So there is nothing that a torn write could harm.
 */
final class FileCorrectionStore implements CorrectionStore {
  private static final String NAMES = "store-*.seg";
  private static final long SEGMENT_BYTES = 64L << 20;
  private static final int TAG_BYTES = OVERHEAD_BYTES;
  private static final int NONCE_BYTES = Integer.BYTES + Long.BYTES;
  private static final long CLOSE_TIMEOUT_MS = 10_000;

  private final Path directory;
  private final int maxSessions;
  private final long maxBytes;
  private final long expiryMs;

  /** Everything below is touched by this thread only. */
  private final ExecutorService io =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "pascaline-store");
            thread.setDaemon(true);
            return thread;
          });

  private final Map<Label, Place> places = new HashMap<>();
  private SecretKeySpec key;
  private long epoch;
  private Segment current;
  private long segmentCount;
  private long storedBytes;

  private record Label(int layer, long number) {}

  private record Place(Segment segment, long offset, int lengthBytes) {}

  private static final class Segment {
    private final Path path;
    private final FileChannel channel;
    private long lengthBytes;
    private int live;

    Segment(Path path, FileChannel channel) {
      this.path = path;
      this.channel = channel;
    }
  }

  private FileCorrectionStore(Path directory, StateSettings settings) {
    this.directory = directory;
    maxSessions = settings.storeSessions();
    maxBytes = settings.storeBytes();
    expiryMs = settings.storeExpiryMs();
  }

  /** Begins with nothing; removes what an earlier incarnation left. */
  static FileCorrectionStore open(Path directory, StateSettings settings) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, NAMES)) {
      for (Path segment : left) {
        Files.delete(segment);
      }
    }
    return new FileCorrectionStore(directory, settings);
  }

  @Override
  public int sessionsAhead(long bytesOfTwoSessions) {
    return (int) Math.min(maxSessions, 2 * (maxBytes / Math.max(1, bytesOfTwoSessions)));
  }

  @Override
  public long expiryMs() {
    return expiryMs;
  }

  @Override
  public void begin(long begun, byte[] newKey) {
    SecretKeySpec next = new SecretKeySpec(newKey, "AES");
    submit(
        () -> {
          clear();
          epoch = begun;
          key = next;
          return null;
        });
  }

  @Override
  public CompletionStage<Void> put(long ofEpoch, int layer, long number, int[] words) {
    return submit(
        () -> {
          requireEpoch(ofEpoch);
          Label label = new Label(layer, number);
          if (places.containsKey(label)) {
            throw new StateException("a correction came twice: it is kept once");
          }
          places.put(label, append(encrypt(label, words)));
          return null;
        });
  }

  @Override
  public CompletionStage<int[]> take(long ofEpoch, int layer, long number) {
    return submit(
        () -> {
          requireEpoch(ofEpoch);
          Label label = new Label(layer, number);
          Place place = places.remove(label);
          if (place == null) {
            throw new StateException("the store has no such correction");
          }
          try {
            return decrypt(label, read(place));
          } finally {
            release(place);
          }
        });
  }

  private <T> CompletionStage<T> submit(Supplier<T> task) {
    try {
      return CompletableFuture.supplyAsync(task, io);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.failedStage(new StateException("the store is closed"));
    }
  }

  private void requireEpoch(long ofEpoch) {
    if (key == null || ofEpoch != epoch) {
      throw new StateException("the store is of another epoch");
    }
  }

  private Place append(byte[] sealed) {
    if (storedBytes + sealed.length > maxBytes) {
      throw new StateException("the store is full: it may hold " + maxBytes + " bytes");
    }
    try {
      if (current == null || current.lengthBytes >= SEGMENT_BYTES) {
        current = nextSegment();
      }
      long offset = current.lengthBytes;
      ByteBuffer bytes = ByteBuffer.wrap(sealed);
      while (bytes.hasRemaining()) {
        current.channel.write(bytes, offset + bytes.position());
      }
      current.lengthBytes += sealed.length;
      current.live++;
      storedBytes += sealed.length;
      return new Place(current, offset, sealed.length);
    } catch (IOException full) {
      throw unusable(full);
    }
  }

  private Segment nextSegment() throws IOException {
    Path path = directory.resolve(String.format("store-%08d.seg", ++segmentCount));
    return new Segment(
        path,
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            StateDirectory.ownerOnly(directory)));
  }

  private byte[] read(Place place) {
    ByteBuffer sealed = ByteBuffer.allocate(place.lengthBytes());
    try {
      while (sealed.hasRemaining()) {
        if (place.segment().channel.read(sealed, place.offset() + sealed.position()) < 0) {
          throw new StateException("the store's file " + place.segment().path + " is cut short");
        }
      }
    } catch (IOException failed) {
      throw unusable(failed);
    }
    return sealed.array();
  }

  private void release(Place place) {
    storedBytes -= place.lengthBytes();
    place.segment().live--;
    if (place.segment().live == 0) {
      if (place.segment() == current) {
        current = null;
      }
      remove(place.segment());
    }
  }

  private void remove(Segment segment) {
    try {
      segment.channel.close();
      Files.deleteIfExists(segment.path);
    } catch (IOException left) {
      // The next start removes it; nobody has its key by then.
    }
  }

  private void clear() {
    places.values().stream().map(Place::segment).distinct().forEach(this::remove);
    if (current != null) {
      remove(current);
    }
    places.clear();
    current = null;
    storedBytes = 0;
    key = null;
  }

  private byte[] encrypt(Label label, int[] words) {
    ByteBuffer plain = ByteBuffer.allocate(words.length * Integer.BYTES);
    plain.asIntBuffer().put(words);
    return cipher(Cipher.ENCRYPT_MODE, label, plain.array());
  }

  private int[] decrypt(Label label, byte[] sealed) {
    byte[] plain = cipher(Cipher.DECRYPT_MODE, label, sealed);
    int[] words = new int[plain.length / Integer.BYTES];
    ByteBuffer.wrap(plain).asIntBuffer().get(words);
    return words;
  }

  private byte[] cipher(int mode, Label label, byte[] input) {
    byte[] nonce =
        ByteBuffer.allocate(NONCE_BYTES).putInt(label.layer()).putLong(label.number()).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
      return cipher.doFinal(input);
    } catch (GeneralSecurityException damaged) {
      throw new StateException("a correction in store is damaged: check the disk", damaged);
    }
  }

  private StateException unusable(IOException failed) {
    return new StateException(
        "the store in "
            + directory
            + " cannot be used ("
            + failed.getMessage()
            + "): make room or check the disk",
        failed);
  }

  @Override
  public void close() {
    try {
      io.execute(this::clear);
      io.shutdown();
      io.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // By an earlier call.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
