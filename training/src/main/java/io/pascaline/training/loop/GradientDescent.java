// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum on a network's parameters. The framework's own
 * optimisers cannot hand out their state; this one's is {@link #velocities}.
 *
 * <p>Needs gradient recording switched off; not thread-safe.
 */
final class GradientDescent {
  private final OptimiserSettings settings;
  private final List<Slot> slots = new ArrayList<>();

  /** An optimiser at rest. */
  GradientDescent(
      OptimiserSettings settings, PairList<String, Parameter> parameters, NDManager owner) {
    this.settings = settings;
    for (Pair<String, Parameter> pair : parameters) {
      Parameter parameter = pair.getValue();
      if (parameter.requiresGradient()) {
        NDArray velocity = owner.zeros(parameter.getArray().getShape());
        boolean decays = parameter.getType() == Parameter.Type.WEIGHT && settings.weightDecay() > 0;
        slots.add(new Slot(pair.getKey(), parameter.getArray(), velocity, decays));
      }
    }
  }

  /** State by parameter name. */
  Map<String, NDArray> velocities() {
    Map<String, NDArray> velocities = new LinkedHashMap<>();
    for (Slot slot : slots) {
      velocities.put(slot.name, slot.velocity);
    }
    return velocities;
  }

  /**
   * Moves the weights against their gradients, and sets the gradients to zero.
   *
   * @return the length of the gradient of all weights before it was shortened; if it is not finite,
   *     nothing has been moved
   */
  double step(NDManager owner, float rate) {
    try (NDManager manager = owner.newSubManager()) {
      List<NDArray> gradients = new ArrayList<>();
      double squares = 0;
      for (Slot slot : slots) {
        NDArray gradient = slot.weight.getGradient();
        gradient.attach(manager);
        gradients.add(gradient);
        double norm = gradient.norm().getFloat();
        squares += norm * norm;
      }
      double length = Math.sqrt(squares);
      if (!Double.isFinite(length)) {
        return length;
      }
      NDArray shortening =
          length > settings.clipNorm()
              ? manager.create((float) (settings.clipNorm() / length))
              : null;
      NDArray decay = manager.create(settings.weightDecay());
      NDArray momentum = manager.create(settings.momentum());
      NDArray negativeRate = manager.create(-rate);
      for (int i = 0; i < slots.size(); i++) {
        Slot slot = slots.get(i);
        NDArray gradient = gradients.get(i);
        move(slot, gradient, shortening, decay, momentum, negativeRate);
        gradient.subi(gradient);
      }
      return length;
    }
  }

  private void move(
      Slot slot,
      NDArray gradient,
      NDArray shortening,
      NDArray decay,
      NDArray momentum,
      NDArray negativeRate) {
    if (shortening != null) {
      gradient.muli(shortening);
    }
    if (slot.decays) {
      try (NDArray decayed = slot.weight.mul(decay)) {
        gradient.addi(decayed);
      }
    }
    slot.velocity.muli(momentum).addi(gradient);
    if (settings.nesterov()) {
      try (NDArray ahead = slot.velocity.mul(momentum)) {
        ahead.addi(gradient).muli(negativeRate);
        slot.weight.addi(ahead);
      }
    } else {
      try (NDArray move = slot.velocity.mul(negativeRate)) {
        slot.weight.addi(move);
      }
    }
  }

  private record Slot(String name, NDArray weight, NDArray velocity, boolean decays) {}
}
