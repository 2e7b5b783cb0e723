// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.epoch.Precomputation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartyLimitsTest {
  /** A quarter of what is kept where there are several clients; docs/settings.md states both. */
  @ParameterizedTest(name = "max-batch {0}, max-sessions {1}, {2} precomputed: {3} and {4}")
  @CsvSource({
    "8, 16, 8, 2, 8",
    "8, 32, 32, 8, 8",
    "8, 16, 32, 4, 8",
    "64, 1024, 1024, 64, 64",
    "8, 4, 8, 1, 4",
    "8, 16, 3, 1, 3",
    "1, 32, 32, 1, 1"
  })
  void shouldTakeNoMoreImagesInASessionThanCanRun(
      int maxBatch, int maxSessions, int precomputed, int ofMany, int ofOnlyClient) {
    PartyLimits limits = PartyLimits.builder().maxBatch(maxBatch).build();
    Precomputation ahead = Precomputation.of(precomputed);
    assertEquals(ofMany, limits.batch(maxSessions, ahead));
    assertEquals(ofOnlyClient, limits.forOnlyClient().batch(maxSessions, ahead));
  }

  /** Layers of one image are granted before those of the next. */
  @Test
  void shouldTakeOneImageWhereLayersAreStreamed() {
    Precomputation streamed = new Precomputation(0, 1 << 20, true);
    assertEquals(1, PartyLimits.defaults().forOnlyClient().batch(16, streamed));
  }

  @ParameterizedTest
  @CsvSource({"0", "65"})
  void shouldRefuseABatchThatNoSessionCarries(int images) {
    PartyLimits.Builder limits = PartyLimits.builder().maxBatch(images);
    assertThrows(IllegalArgumentException.class, limits::build);
  }
}
