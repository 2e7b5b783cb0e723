package io.pascaline.training.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangePenaltyTest {

  @ParameterizedTest(name = "exponent {0}")
  @ValueSource(ints = {2, 4, 6, 8, 10, 12})
  void shouldBeTheMeanPower(int exponent) {
    SplittableRandom random = new SplittableRandom(5);
    float[] inputs = new float[300];
    double expected = 0;
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) random.nextDouble(-6, 6);
      expected += Math.pow(inputs[i] / 4.8, exponent) / inputs.length;
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      float penalty = new RangePenalty(4.8, exponent).of(manager.create(inputs)).getFloat();

      // All terms are positive: a relative error of one rounding per product and per sum.
      assertEquals(expected, penalty, expected * (exponent + inputs.length) * Math.ulp(1f));
    }
  }

  @Test
  void shouldRaiseItsExponentAndStayAtTen() {
    PenaltySchedule schedule = new PenaltySchedule(4.8, 1);

    assertEquals(4, schedule.penalty(0).exponent());
    assertEquals(6, schedule.penalty(1).exponent());
    assertEquals(10, schedule.penalty(3).exponent());
    assertEquals(10, schedule.penalty(40).exponent());
  }

  @Test
  void shouldHoldTheTaskBackInTheFirstEpochOnly() {
    PenaltySchedule schedule = new PenaltySchedule(4.8, 1);

    assertEquals(0.1, schedule.taskWeight(0, 0), 1e-12);
    assertEquals(0.55, schedule.taskWeight(0, 0.5), 1e-12);
    assertEquals(1, schedule.taskWeight(1, 0), 0);
  }

  @Test
  void shouldRefuseAnOddExponent() {
    assertThrows(IllegalArgumentException.class, () -> new RangePenalty(4.8, 5));
  }
}
