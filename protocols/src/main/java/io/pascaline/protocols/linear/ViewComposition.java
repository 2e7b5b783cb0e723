// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import io.pascaline.protocols.linear.TensorView.Axis;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one view of two, one after the other. The position that the later view reads has one digit
 * for each axis of the earlier one. Each axis of the later view must move one digit alone, without
 * a carry; and where the earlier one leaves its input, only one may move that digit.
 */
final class ViewComposition {
  private final TensorView inner;

  /** Elements of the earlier view's output from one position of each axis to the next. */
  private final int[] weights;

  /** The largest value that each digit reaches. */
  private final long[] reach;

  /** How many of the later view's axes move each digit. */
  private final int[] movers;

  ViewComposition(TensorView inner) {
    this.inner = inner;
    int count = inner.axes().size();
    this.weights = new int[count];
    this.reach = new long[count];
    this.movers = new int[count];
    int weight = 1;
    for (int k = count - 1; k >= 0; k--) {
      weights[k] = weight;
      weight *= inner.axes().get(k).count();
    }
  }

  TensorView beforeOrNull(TensorView outer) {
    int[] digits = digits(outer.offset());
    int[] movedBy = new int[outer.axes().size()];
    for (int d = 0; d < movedBy.length; d++) {
      movedBy[d] = digitOf(outer.axes().get(d));
      if (movedBy[d] < -1) {
        return null;
      }
    }
    for (int k = 0; k < digits.length; k++) {
      reach[k] += digits[k];
      boolean alone = movers[k] <= 1;
      if (reach[k] >= inner.axes().get(k).count()
          || inner.axes().get(k).reachesOutside() && !alone) {
        return null;
      }
    }
    return composed(outer, digits, movedBy);
  }

  private int[] digits(int position) {
    int[] digits = new int[weights.length];
    int rest = position;
    for (int k = 0; k < digits.length; k++) {
      digits[k] = rest / weights[k];
      rest %= weights[k];
    }
    return digits;
  }

  /** Returns the digit that an axis moves, -1 if it moves none, less if it moves several. */
  private int digitOf(Axis axis) {
    if (axis.stride() == 0 || axis.extent() == 1) {
      return -1;
    }
    int k = 0;
    while (weights[k] > axis.stride()) {
      k++;
    }
    if (axis.stride() % weights[k] != 0) {
      return -2;
    }
    reach[k] += (long) (axis.stride() / weights[k]) * (axis.extent() - 1);
    movers[k]++;
    return inner.axes().get(k).reachesOutside() && axis.reachesOutside() ? -2 : k;
  }

  private TensorView composed(TensorView outer, int[] digits, int[] movedBy) {
    long offset = inner.offset();
    List<Axis> axes = new ArrayList<>();
    boolean[] taken = new boolean[digits.length];
    for (int d = 0; d < movedBy.length; d++) {
      Axis axis = outer.axes().get(d);
      int k = movedBy[d];
      if (k < 0) {
        axes.add(
            new Axis(axis.count(), axis.start(), axis.step(), axis.extent(), 0, axis.clamped()));
        continue;
      }
      Axis below = inner.axes().get(k);
      int factor = axis.stride() / weights[k];
      if (below.reachesOutside()) {
        taken[k] = true;
        axes.add(
            new Axis(
                axis.count(),
                below.start() + below.step() * (digits[k] + factor * axis.start()),
                below.step() * factor * axis.step(),
                below.extent(),
                below.stride(),
                below.clamped()));
        continue;
      }
      int stride = factor * below.step() * below.stride();
      if (stride < 0) {
        offset += (long) stride * (axis.extent() - 1);
        axes.add(
            new Axis(
                axis.count(),
                axis.extent() - 1 - axis.start(),
                -axis.step(),
                axis.extent(),
                -stride,
                axis.clamped()));
      } else {
        axes.add(
            new Axis(
                axis.count(), axis.start(), axis.step(), axis.extent(), stride, axis.clamped()));
      }
    }
    for (int k = 0; k < digits.length; k++) {
      Axis below = inner.axes().get(k);
      int index = below.start() + below.step() * digits[k];
      if (!below.reachesOutside()) {
        offset += (long) index * below.stride();
      } else if (!taken[k]) {
        axes.add(new Axis(1, index, 1, below.extent(), below.stride(), below.clamped()));
      }
    }
    return axes.size() > TensorView.MAX_AXES
        ? null
        : new TensorView(inner.inputShape(), (int) offset, axes, outer.outputShape()).simplified();
  }
}
