package io.pascaline.training.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkSettingsTest {

  @Test
  void shouldCountTheBundledNetwork() {
    NetworkSettings fashion = NetworkSettings.fashion();

    // 14x14x16x25 + 14x14x32x16x9 + 14x14x32x32x9 + 7x7x64x32x9 + 10x64x7x7
    assertEquals(78_400 + 903_168 + 1_806_336 + 903_168 + 31_360, fashion.multiplyAdds());
    assertEquals(3136 + 6272 + 6272 + 3136, fashion.activationCount());
    assertEquals(7, fashion.finalSize());
    assertEquals(3136, fashion.featureCount());
  }

  @Test
  void shouldRefuseAResidualThatChangesTheChannels() {
    assertRefused("residual from 4 to 5", stage("a", 4, false, 1), stage("b", 5, true, 1));
  }

  @Test
  void shouldRefuseAPoolThatDoesNotDivide() {
    assertRefused("pool 3 does not divide the size 8", stage("a", 4, false, 3));
  }

  @Test
  void shouldRefuseAnEvenKernel() {
    assertThrows(IllegalArgumentException.class, () -> new StageSettings("a", 4, 2, 1, false, 1));
  }

  @Test
  void shouldRefuseWeightsOfAnotherArchitecture() {
    NetworkSettings settings = settings(stage("a", 2, false, 8));
    StageWeights weights = new StageWeights(new float[18], new float[2]);
    new NetworkWeights(settings, List.of(weights), new float[6], new float[3]);

    assertThrows(
        IllegalArgumentException.class,
        () -> new NetworkWeights(settings, List.of(weights), new float[5], new float[3]));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new NetworkWeights(
                settings,
                List.of(new StageWeights(new float[17], new float[2])),
                new float[6],
                new float[3]));
  }

  @Test
  void shouldRefuseWeightsThatAreNotFinite() {
    NetworkSettings settings = settings(stage("a", 2, false, 8));
    StageWeights weights = new StageWeights(new float[18], new float[] {0, Float.NaN});

    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> new NetworkWeights(settings, List.of(weights), new float[6], new float[3]));
    assertEquals("a bias holds NaN", thrown.getMessage());
  }

  private static void assertRefused(String part, StageSettings... stages) {
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> settings(stages));
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }

  private static NetworkSettings settings(StageSettings... stages) {
    return new NetworkSettings(1, 8, List.of(stages), 3, PolynomialActivation.PILLAR_RELU);
  }

  private static StageSettings stage(String name, int channels, boolean residual, int pool) {
    return new StageSettings(name, channels, 3, 1, residual, pool);
  }
}
