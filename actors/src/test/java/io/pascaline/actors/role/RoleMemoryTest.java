// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RoleMemoryTest {
  private static final long SEED = 13;
  private static final int SIDE = 48;
  private static final int PIXELS = SmallNetworks.inputShape(SIDE).elementCount();

  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Correlations of 5 MiB an inference. */
  private final FusedNetwork network =
      SmallNetworks.residual(random, 16, SIDE, () -> List.of(SmallNetworks.image(PIXELS, random)));

  private final NetworkPlan plan = network.plan();

  private static RuntimeSettings memory(long bytes) {
    return RuntimeSettings.builder().memoryBytes(bytes).build();
  }

  /** Returns the number that a refusal names: it is enough, and little less is not. */
  private static long minBytes(Function<RuntimeSettings, ?> divide) {
    InsufficientMemoryException refused =
        assertThrows(InsufficientMemoryException.class, () -> divide.apply(memory(1)));
    Matcher number = Pattern.compile("(\\d+) MiB or more").matcher(refused.getMessage());
    assertTrue(number.find(), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
    long minBytes = Long.parseLong(number.group(1)) << 20;
    divide.apply(memory(minBytes));
    assertThrows(
        InsufficientMemoryException.class, () -> divide.apply(memory(minBytes - (1L << 20))));
    return minBytes;
  }

  /** The parallel collector leaves eight ninths of -Xmx to objects. */
  @Test
  void shouldNameTheSettingOfAHeapOfWhichACollectorKeepsAPart() {
    long gib = 1L << 30;
    assertEquals(1_024 + 64, RoleMemory.settingMib(gib, 2 * gib, 2 * gib));
    assertEquals(1_152 + 64, RoleMemory.settingMib(gib, 8 * gib, 9 * gib));
    assertEquals(64, RoleMemory.settingMib(1, gib, gib));
  }

  @Test
  void shouldReadTheSettingOfTheHeap() {
    long settingBytes = HeapSetting.bytes().orElseThrow();
    long usableBytes = Runtime.getRuntime().maxMemory();
    assertTrue(settingBytes >= usableBytes, settingBytes + " < " + usableBytes);
    assertTrue(settingBytes < 2 * usableBytes, settingBytes + " > 2 * " + usableBytes);
  }

  @Test
  void shouldKeepWhatIsSetWhereMemoryIsPlenty() {
    assertEquals(Precomputation.of(8), RoleMemory.partyPrecomputation(plan, memory(0)));
    assertEquals(Precomputation.of(8), RoleMemory.shared(plan, memory(0)).precomputation());
  }

  @Test
  void shouldKeepFewerTheLessMemoryThereIsAndStreamAtLast() {
    long minBytes = minBytes(settings -> RoleMemory.partyPrecomputation(plan, settings));
    Precomputation smallest = RoleMemory.partyPrecomputation(plan, memory(minBytes));
    assertTrue(smallest.isStreamed(), smallest.toString());
    int kept = 0;
    for (long bytes = minBytes; kept < 8; bytes += 1L << 20) {
      Precomputation more = RoleMemory.partyPrecomputation(plan, memory(bytes));
      assertTrue(more.inferences() >= kept && more.inferences() <= kept + 1, more.toString());
      assertEquals(more.inferences() < 8, more.limited());
      kept = more.inferences();
    }
  }

  @Test
  void shouldRefuseADealerThatCannotMakeTheLargestCorrection() {
    minBytes(settings -> RoleMemory.dealBytes(plan, settings));
  }

  @Test
  void shouldRefuseMoreThanTheHeap() {
    InsufficientMemoryException refused =
        assertThrows(
            InsufficientMemoryException.class,
            () -> RoleMemory.partyPrecomputation(plan, memory(1L << 50)));

    assertTrue(refused.getMessage().contains("-Xmx"), refused.getMessage());
  }

  @Test
  void shouldAnswerWithTheLeastMemoryInOneProcess() throws Exception {
    long minBytes = minBytes(settings -> RoleMemory.shared(plan, settings));
    EmbeddedSettings settings = EmbeddedSettings.builder().memoryBytes(minBytes).build();

    try (EmbeddedInference service = EmbeddedInference.start(network, settings)) {
      assertEquals(0, service.precomputedCorrelations());
      for (int i = 0; i < 3; i++) {
        float[] image = SmallNetworks.image(PIXELS, random);
        Fixtures.assertAnswer(network, image, Fixtures.await(service.infer(image)), SEED);
      }
    }
  }
}
