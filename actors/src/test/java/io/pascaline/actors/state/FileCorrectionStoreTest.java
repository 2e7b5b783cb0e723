// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileCorrectionStoreTest {
  private static final byte[] KEY = new byte[32];
  private static final int[] WORDS = {0x01020304, -1, 0, 0x55667788};

  @TempDir private Path folder;

  private FileCorrectionStore open(long maxBytes) throws IOException {
    return FileCorrectionStore.open(
        folder, new StateSettings(folder, false).withStore(10, maxBytes, 0));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static void assertRefused(CompletionStage<?> stage) {
    ExecutionException refused = assertThrows(ExecutionException.class, () -> await(stage));
    assertInstanceOf(StateException.class, refused.getCause());
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".seg")).toList();
    }
  }

  @Test
  void shouldGiveOutEachCorrectionOnce() throws Exception {
    try (FileCorrectionStore store = open(1 << 20)) {
      store.begin(5, KEY);
      await(store.put(5, 2, 7, WORDS.clone()));
      await(store.put(5, 3, 7, new int[] {9}));
      assertRefused(store.put(5, 2, 7, new int[] {1}));

      assertArrayEquals(WORDS, await(store.take(5, 2, 7)));
      assertRefused(store.take(5, 2, 7));
      assertArrayEquals(new int[] {9}, await(store.take(5, 3, 7)));
      assertEquals(List.of(), segments());
    }
  }

  @Test
  void shouldForgetAnEpochWithTheNextOne() throws Exception {
    try (FileCorrectionStore store = open(1 << 20)) {
      assertRefused(store.put(5, 2, 7, WORDS.clone()));
      store.begin(5, KEY);
      await(store.put(5, 2, 7, WORDS.clone()));
      store.begin(6, KEY);
      assertRefused(store.take(5, 2, 7));
      assertRefused(store.take(6, 2, 7));
      assertEquals(List.of(), segments());
    }
  }

  @Test
  void shouldHoldNoMoreThanItMay() throws Exception {
    try (FileCorrectionStore store = open(100)) {
      store.begin(5, KEY);
      await(store.put(5, 0, 0, new int[16]));
      assertRefused(store.put(5, 0, 1, new int[16]));
      await(store.take(5, 0, 0));
      await(store.put(5, 0, 2, new int[16]));
    }
  }

  /** On the disk is no word of a correction, and a changed byte is found. */
  @Test
  void shouldEncryptAndAuthenticate() throws Exception {
    try (FileCorrectionStore store = open(1 << 20)) {
      store.begin(5, KEY);
      await(store.put(5, 2, 7, WORDS.clone()));
      Path segment = segments().get(0);
      byte[] sealed = Files.readAllBytes(segment);
      assertEquals(WORDS.length * Integer.BYTES + 16, sealed.length);
      for (int at = 0; at + 4 <= sealed.length; at++) {
        byte[] four = Arrays.copyOfRange(sealed, at, at + 4);
        assertFalse(Arrays.equals(new byte[] {1, 2, 3, 4}, four));
        assertFalse(Arrays.equals(new byte[] {-1, -1, -1, -1}, four));
      }
      sealed[3] ^= 1;
      Files.write(segment, sealed);
      assertRefused(store.take(5, 2, 7));
    }
  }

  /** Whatever an earlier incarnation left, whole or torn, is of no use to anybody. */
  @Test
  void shouldRemoveWhatAnEarlierLifeLeft() throws Exception {
    Files.write(folder.resolve("store-00000001.seg"), new byte[77]);
    try (FileCorrectionStore store = open(1 << 20)) {
      assertEquals(List.of(), segments());
      store.begin(5, KEY);
      await(store.put(5, 2, 7, WORDS.clone()));
      assertTrue(segments().size() == 1);
    }
    assertEquals(List.of(), segments());
  }
}
