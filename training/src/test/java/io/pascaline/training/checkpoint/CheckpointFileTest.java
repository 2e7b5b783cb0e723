// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFileTest {
  @TempDir private Path folder;

  @Test
  void shouldGiveBackWhatItWasGiven() throws IOException {
    Checkpoint written = checkpoint(1, 100);
    new CheckpointFile(folder.resolve("new/folder")).write(written);

    Checkpoint read = new CheckpointFile(folder.resolve("new/folder")).read().orElseThrow();

    assertEquals(written.recipe(), read.recipe());
    assertEquals(written.progress(), read.progress());
    assertEquals(written.tensors().keySet(), read.tensors().keySet());
    written
        .tensors()
        .forEach((name, values) -> assertArrayEquals(values, read.tensors().get(name), 0f));
  }

  @Test
  void shouldHaveNothingAtFirst() throws IOException {
    assertTrue(new CheckpointFile(folder.resolve("none")).read().isEmpty());
  }

  @ParameterizedTest(name = "full after {0} bytes")
  @ValueSource(ints = {0, 1, 30_000, 70_000, 200_000})
  void shouldKeepTheLastOneOnAFullDisk(int free) throws IOException {
    new CheckpointFile(folder).write(checkpoint(1, 100));

    // 400 kB do not fit.
    CheckpointFile full = new CheckpointFile(folder, out -> new FullDisk(out, free));
    IOException thrown = assertThrows(IOException.class, () -> full.write(checkpoint(2, 100_000)));

    assertEquals(
        "cannot save checkpoint "
            + full.path()
            + ": No space left on device; the last good one stays, free space and run the same"
            + " command to resume",
        thrown.getMessage());
    assertEquals(1, new CheckpointFile(folder).read().orElseThrow().progress().epoch());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count(), "the unfinished file is still there");
    }
  }

  @Test
  void shouldSayThatThereIsNoneYetOnAFullDisk() {
    CheckpointFile full = new CheckpointFile(folder, out -> new FullDisk(out, 0));

    IOException thrown = assertThrows(IOException.class, () -> full.write(checkpoint(1, 10)));
    assertTrue(thrown.getMessage().contains("there is none yet"), thrown.getMessage());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldNoticeAFlippedBit(long seed) throws IOException {
    CheckpointFile file = new CheckpointFile(folder);
    file.write(checkpoint(1, 100));
    byte[] bytes = Files.readAllBytes(file.path());
    SplittableRandom random = new SplittableRandom(seed);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    Files.write(file.path(), bytes);

    IOException thrown = assertThrows(IOException.class, file::read, "seed " + seed);
    assertTrue(thrown.getMessage().contains("is damaged"), thrown.getMessage());
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 3, 4, 20, 100, 400})
  void shouldNoticeAMissingEnd(int length) throws IOException {
    CheckpointFile file = new CheckpointFile(folder);
    file.write(checkpoint(1, 100));
    byte[] bytes = Files.readAllBytes(file.path());
    assertTrue(length < bytes.length);
    Files.write(file.path(), java.util.Arrays.copyOf(bytes, length));

    IOException thrown = assertThrows(IOException.class, file::read);
    assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("is damaged"), thrown.getMessage());
  }

  private static Checkpoint checkpoint(int epoch, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i == 0 ? Float.MIN_VALUE : -1f / i;
    }
    return new Checkpoint(
        "recipe of 2 \u00b7 \u00e9pochs",
        new Progress(epoch, 3, 4.5, 6.25, 7L << 33, 8.125),
        Map.of("weight", values, "velocity weight", new float[0]));
  }

  /** Takes some bytes and no more. */
  private static final class FullDisk extends FilterOutputStream {
    private int free;

    FullDisk(OutputStream out, int free) {
      super(out);
      this.free = free;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int taken = Math.min(length, free);
      out.write(bytes, offset, taken);
      free -= taken;
      if (taken < length) {
        throw new IOException("No space left on device");
      }
    }
  }
}
