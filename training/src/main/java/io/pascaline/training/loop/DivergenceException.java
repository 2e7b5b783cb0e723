package io.pascaline.training.loop;

import java.util.Locale;

/**
 * Training left the range of finite numbers; the message names the epoch, the step and the layer.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DivergenceException(int epoch, int step, String layer, double largest) {
    super(
        String.format(
            Locale.ROOT,
            "diverged in epoch %d, step %d, at %s (largest magnitude %.4g); "
                + "lower the learning rate or raise the penalty's weight",
            epoch + 1,
            step + 1,
            layer,
            largest));
  }
}
