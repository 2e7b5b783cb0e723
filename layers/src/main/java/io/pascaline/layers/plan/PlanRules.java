// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedFunction;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/** What every layer of a plan must keep to; violations are {@link IllegalArgumentException}s. */
final class PlanRules {
  /** No scale in a plan is finer or coarser than this many bits. */
  static final int MAX_FRACTION_BITS = 62;

  /** Names are for people; a longer one is somebody's attack or mistake. */
  static final int MAX_NAME_LENGTH = 4096;

  private PlanRules() {}

  static List<Integer> producers(int id, List<Integer> inputs, int count) {
    if (id < 0) {
      throw new IllegalArgumentException("id is " + id + ", must be at least 0");
    }
    List<Integer> copy = List.copyOf(inputs);
    if (copy.size() != count) {
      throw new IllegalArgumentException(
          "inputs of layer " + id + " are " + copy.size() + ", must be " + count);
    }
    for (int input : copy) {
      if (input < PlanLayer.NETWORK_INPUT || input >= id) {
        throw new IllegalArgumentException("layer " + id + " reads layer " + input);
      }
    }
    return copy;
  }

  static void name(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "name has " + name.length() + " characters, must have 1 to " + MAX_NAME_LENGTH);
    }
  }

  /** Refuses a path as the name of a network: the plan is public, and folders are their owner's. */
  static void networkName(String name) {
    name(name);
    if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
      throw new IllegalArgumentException(
          "name of the network is a path; must be a file's name alone");
    }
  }

  /** A limit for all elements, or one for each channel; none beyond what can be encoded. */
  static void inputRange(InputRange range, Shape input, double encodable) {
    int count = range.limits().size();
    if (count != 1 && (input.rank() == 0 || count != input.dim(0))) {
      throw new IllegalArgumentException(
          "input range has " + count + " limits, must have 1 or one for each channel of " + input);
    }
    for (double limit : range.limits()) {
      if (limit > encodable) {
        throw new IllegalArgumentException(
            "input range has the limit " + limit + ", must be at most " + encodable);
      }
    }
  }

  static void sameLayer(String what, int layer, int id) {
    if (layer != id) {
      throw new IllegalArgumentException(
          what + " is of layer " + layer + ", must be of layer " + id);
    }
  }

  static void bits(String what, int bits) {
    if (bits < -MAX_FRACTION_BITS || bits > MAX_FRACTION_BITS) {
      throw new IllegalArgumentException(
          what
              + " is "
              + bits
              + ", must be in ["
              + -MAX_FRACTION_BITS
              + ", "
              + MAX_FRACTION_BITS
              + "]");
    }
  }

  static void bound(double bound, int fractionBits) {
    if (bound != LayerBound.ofFractionBits(fractionBits)) {
      throw new IllegalArgumentException(
          "bound is " + bound + ", must be 2^(30 - " + fractionBits + ")");
    }
  }

  /** What functions of the fused suite keep to, whichever they are. */
  static void function(
      int id, String name, int inputMultiplier, FusedFunction activation, double bound) {
    name(name);
    powerOfTwo("inputMultiplier", inputMultiplier);
    sameLayer("activation", activation.layer(), id);
    bound(bound, activation.inputFractionBits());
  }

  static void divisor(long divisor) {
    if (divisor < 1 || divisor % 2 == 0 || divisor > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "outputDivisor is " + divisor + ", must be odd, positive and below 2^31");
    }
  }

  static void powerOfTwo(String what, int value) {
    positive(what, value, 1 << 30);
    if (Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(what + " is " + value + ", must be a power of two");
    }
  }

  static void inputCount(int count, int expected) {
    if (count != expected) {
      throw new IllegalArgumentException("inputs are " + count + ", must be " + expected);
    }
  }

  static void inputLength(int length, Shape shape) {
    if (length != shape.elementCount()) {
      throw new IllegalArgumentException(
          "input has " + length + " words, must have " + shape.elementCount());
    }
  }

  static void positive(String what, long value, long max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + ", must be in [1, " + max + "]");
    }
  }
}
