// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelShareTest {
  @TempDir private Path folder;

  private static ModelShare[] split(CompiledNetwork network) {
    return ModelShares.split(network, new SecureRandom());
  }

  static Stream<CompiledNetwork> networks() {
    return Stream.concat(
        Stream.of(SampleNetwork.values()).map(sample -> sample.compiled(6)),
        Stream.of(ClassicSample.values()).map(sample -> sample.compiled(6)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldAddUpToTheNetworkAfterARoundTripThroughFiles(CompiledNetwork network)
      throws Exception {
    ModelShare[] halves = split(network);
    ModelShare[] read = new ModelShare[2];
    for (int i = 0; i < 2; i++) {
      Path file = folder.resolve("party" + i + ".share");
      halves[i].write(file);
      read[i] = ModelShare.read(file);
      assertEquals(i, read[i].partyId());
      assertArrayEquals(network.plan().encode(), read[i].plan().encode());
    }

    assertArrayEquals(read[0].sharingId(), read[1].sharingId());
    for (PlanLayer layer : network.plan().layers()) {
      int id = layer.id();
      if (layer instanceof WeightedLayer linear) {
        assertArrayEquals(
            network.weightWordsOrNull(id),
            sum(network, read[0].weightsOrNull(id), read[1].weightsOrNull(id)));
        assertEquals(linear.map().weightShape(), read[0].weightsOrNull(id).shape());
        if (linear.biased()) {
          assertArrayEquals(
              network.biasWordsOrNull(id),
              sum(network, read[0].biasOrNull(id), read[1].biasOrNull(id)));
        } else {
          assertNull(read[0].biasOrNull(id));
        }
      } else {
        assertThrows(IllegalArgumentException.class, () -> read[0].weightsOrNull(id));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldPutTheNetworkTogetherFromBothSharesOfOneRun(CompiledNetwork network) {
    ModelShare[] halves = split(network);

    CompiledNetwork joined = ModelShares.join(halves[0], halves[1]);

    assertArrayEquals(network.plan().encode(), joined.plan().encode());
    for (PlanLayer layer : network.plan().layers()) {
      assertArrayEquals(
          network.weightWordsOrNull(layer.id()), joined.weightWordsOrNull(layer.id()));
      assertArrayEquals(network.biasWordsOrNull(layer.id()), joined.biasWordsOrNull(layer.id()));
    }
    assertThrows(
        IllegalArgumentException.class, () -> ModelShares.join(halves[0], split(network)[1]));
    assertThrows(IllegalArgumentException.class, () -> ModelShares.join(halves[1], halves[0]));
  }

  private static int[] sum(CompiledNetwork network, Share first, Share second) {
    Ring ring = network.plan().ring();
    return ring.sum(ring.words(first), ring.words(second));
  }

  @Test
  void shouldSplitDifferentlyEachTime() {
    FusedNetwork network = SampleNetwork.ODD_POOL.compiled(1);

    ModelShare once = split(network)[0];
    ModelShare again = split(network)[0];

    assertFalse(Arrays.equals(once.sharingId(), again.sharingId()));
    assertFalse(
        Arrays.equals(
            Ring.WORDS.words(once.weightsOrNull(0)), Ring.WORDS.words(again.weightsOrNull(0))));
  }

  @Test
  void shouldRefuseAFileWithAByteChanged() throws Exception {
    Path file = folder.resolve("half");
    split(SampleNetwork.ODD_POOL.compiled(1))[1].write(file);
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(7);

    // Samples, for the disk's sake; the plan's own bytes have a test of their own.
    for (int at = 0; at < good.length; at += 7) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) random.nextInt(1, 256);
      Files.write(file, bad);
      IOException refusal =
          assertThrows(IOException.class, () -> ModelShare.read(file), "byte " + at);
      assertFalse(refusal.getMessage().contains("\n"));
    }
  }

  @Test
  void shouldRefuseAFileOfAnotherLength() throws Exception {
    Path file = folder.resolve("half");
    split(SampleNetwork.ODD_POOL.compiled(1))[1].write(file);
    byte[] good = Files.readAllBytes(file);

    for (int length : List.of(0, 1, 20, 40, good.length - 1, good.length + 1)) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThrows(IOException.class, () -> ModelShare.read(file), "length " + length);
    }
    assertThrows(IOException.class, () -> ModelShare.read(folder.resolve("none")));
  }

  @Test
  void shouldReplaceAFileAndLeaveNothingElseBehind() throws Exception {
    Path file = folder.resolve("half");
    ModelShare[] halves = split(SampleNetwork.ODD_POOL.compiled(1));

    halves[0].write(file);
    halves[1].write(file);

    assertEquals(1, ModelShare.read(file).partyId());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void shouldLetOnlyItsOwnerReadTheFile() throws Exception {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path file = folder.resolve("half");

    split(SampleNetwork.ODD_POOL.compiled(1))[0].write(file);

    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void shouldPrintNoWeight() {
    FusedNetwork network = SampleNetwork.ODD_POOL.compiled(1);
    ModelShare half = split(network)[0];

    assertTrue(half.toString().startsWith("ModelShare[party 0, NetworkPlan[sketch,"));
    assertEquals("FusedNetwork[" + network.plan() + "]", network.toString());
  }
}
