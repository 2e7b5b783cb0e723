// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.testsupport.SmallNetworks;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The need that a plan tells is what a measured heap holds. */
@Timeout(120)
class MemoryNeedTest {
  private static final long SEED = 17;

  /** No array is so large that the collector gives it whole regions. */
  private static final int SIDE = 16;

  private static final int FEW = 8;
  private static final int MANY = 72;

  /** Objects and headers for each layer of an inference: some 20 of 16 to 64 bytes. */
  private static final double OBJECT_BYTES = 1000;

  /** What threads, buffers and classes change between two runs. */
  private static final double NOISE_BYTES = 3 << 20;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FusedNetwork network =
      SmallNetworks.residual(
          random,
          16,
          SIDE,
          () ->
              List.of(SmallNetworks.image(SmallNetworks.inputShape(SIDE).elementCount(), random)));

  /** Returns the heap, after a collection, of two parties that hold that many correlations. */
  private long heldBytes(int precomputed) throws Exception {
    EmbeddedSettings settings =
        EmbeddedSettings.builder().precomputedCorrelations(precomputed).build();
    try (EmbeddedInference service = EmbeddedInference.start(network, settings)) {
      Fixtures.await(service.ready(precomputed, Duration.ofSeconds(60)));
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return runtime.totalMemory() - runtime.freeMemory();
    }
  }

  @Test
  void shouldHoldTheCorrelationsThatThePlanTells() throws Exception {
    heldBytes(FEW); // Loads what is loaded once.
    long few = heldBytes(FEW);
    long many = heldBytes(MANY);

    int more = 2 * (MANY - FEW);
    long need = MemoryNeed.of(network.plan(), LinearKernels.best()).correlationBytesOfInference();
    double objects = network.plan().layers().size() * OBJECT_BYTES;
    assertEquals(
        need + objects / 2, (many - few) / (double) more, objects / 2 + NOISE_BYTES / more);
  }
}
