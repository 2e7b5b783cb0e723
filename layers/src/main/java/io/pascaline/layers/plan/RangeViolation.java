// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import java.util.Locale;
import java.util.Optional;

/**
 * A tensor of one inference that leaves the range that the plan allows, so that the answer may be
 * wrong. The remedy is to normalise the input as in training, or to compile the network with such
 * inputs or a larger safety factor.
 *
 * <p>The value is the client's own (of an input or an answer) or the weights' owner's: show it to
 * whoever gave it, and never log it. {@link #toString()} leaves it out.
 *
 * @param layer the layer's id, or {@link PlanLayer#NETWORK_INPUT}
 * @param name the layer's name
 * @param elementCount how many elements of the tensor are out of range
 * @param element index of the one that exceeds its bound by the largest factor
 * @param largest that element's magnitude, in real units before a pending division
 * @param bound what it must not exceed, in the same units
 */
public record RangeViolation(
    int layer, String name, int elementCount, int element, double largest, double bound) {

  /** Returns whether it is the network's input that is out of range. */
  public boolean isOfInput() {
    return layer == PlanLayer.NETWORK_INPUT;
  }

  /** Returns one line with the value, for whoever it belongs to. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%s: element %d is %.4g in magnitude, the limit is %.4g (%d out of range)",
        isOfInput() ? "input" : "layer " + name,
        element,
        largest,
        bound,
        elementCount);
  }

  /** Returns where it is and how many elements it has; not their value. */
  @Override
  public String toString() {
    return "RangeViolation["
        + (isOfInput() ? "input" : "layer " + layer + " (" + name + ")")
        + ", "
        + elementCount
        + " elements beyond "
        + bound
        + "]";
  }

  /** Collects the elements of one tensor. Not thread-safe. */
  public static final class Tally {
    private int elementCount;
    private int element = -1;
    private double largest;
    private double bound;
    private double worst;

    /** Makes an empty one. */
    public Tally() {}

    /**
     * Takes an element that is out of range.
     *
     * @param index of the element
     * @param magnitude in real units
     * @param limit what it must not exceed
     */
    public void add(int index, double magnitude, double limit) {
      elementCount++;
      double factor = magnitude / limit;
      if (element < 0 || factor > worst) {
        element = index;
        largest = magnitude;
        bound = limit;
        worst = factor;
      }
    }

    /** Returns the violation of a tensor; empty if no element is out of range. */
    public Optional<RangeViolation> of(int layer, String name) {
      return elementCount == 0
          ? Optional.empty()
          : Optional.of(new RangeViolation(layer, name, elementCount, element, largest, bound));
    }
  }
}
