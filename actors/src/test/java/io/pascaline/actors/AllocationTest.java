// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.testsupport.SmallNetworks;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the heap gives to one inference, of all roles together, in parts of what the plan sends. */
@Timeout(180)
class AllocationTest {
  private static final int SIDE = 32;
  private static final int CHANNELS = 32;
  private static final int INFERENCES = 40;
  private static final int MAX_ROUNDS = 10;

  /**
   * Corrections, masks and openings use the arrays of earlier inferences. What the layers hand on,
   * messages, ciphers and actors are 0.6 parts. A correction in new memory would be another, at
   * each of the three roles.
   */
  private static final double MAX_PARTS = 0.9;

  @Test
  void shouldAllocateNoMoreThanAFewTimesWhatIsSent() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    int pixels = SmallNetworks.inputShape(SIDE).elementCount();
    List<float[]> images =
        Stream.generate(() -> SmallNetworks.image(pixels, random)).limit(8).toList();
    FusedNetwork network = SmallNetworks.plain(random, CHANNELS, SIDE, () -> images);
    PlanCosts costs = network.plan().costs();
    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      long sentBytes = costs.offlineBytes() + 2 * costs.onlineBytesPerDirection();
      long bytes = Long.MAX_VALUE;
      // Compilers remove some of it, and take their time on busy cores.
      for (int round = 0; round < MAX_ROUNDS && bytes > MAX_PARTS * sentBytes; round++) {
        long beganBytes = allocatedBytes();
        infer(service, images, INFERENCES);
        bytes = (allocatedBytes() - beganBytes) / INFERENCES;
      }
      long measured = bytes;
      assertTrue(
          measured <= MAX_PARTS * sentBytes, () -> measured + " bytes, of which sent " + sentBytes);
      int inputBytes = Integer.BYTES * network.plan().inputWordCount();
      assertTrue(measured > 2 * inputBytes, () -> "only " + measured + " bytes were counted");
    }
  }

  private static void infer(InferenceService service, List<float[]> images, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      Fixtures.await(service.infer(images.get(i % images.size())));
    }
  }

  /** Returns what all threads that run have allocated; an extension of the JDK. */
  private static long allocatedBytes() throws Exception {
    long[] ids = ManagementFactory.getThreadMXBean().getAllThreadIds();
    long[] bytes =
        (long[])
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                    "getThreadAllocatedBytes",
                    new Object[] {ids},
                    new String[] {long[].class.getName()});
    return Arrays.stream(bytes).filter(each -> each > 0).sum();
  }
}
