package io.pascaline.actors.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.layers.plan.MeanPoolLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.PoolWindow;
import io.pascaline.protocols.ring.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireLimitsTest {
  private static final Shape INPUT = Shape.of(2, 6, 6);
  private static final int FRACTION_BITS = 8;

  /** No layer's message is as large as the input's share, and that has two words per element. */
  @Test
  void shouldLetAShareOfDoubleWordsPass() {
    final PoolWindow whole = new PoolWindow(2, 6, 6, 6, 6, 6, 6, 0, 0, 0, 0);
    final PlanLayer mean =
        new MeanPoolLayer(0, "mean", List.of(PlanLayer.NETWORK_INPUT), whole, FRACTION_BITS, 4);
    final NetworkPlan plan = new NetworkPlan("small", INPUT, FRACTION_BITS, List.of(mean));

    assertEquals(2 * INPUT.elementCount(), WireLimits.largestMessageWords(plan));
  }
}
