// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import java.util.ArrayList;
import java.util.List;

/**
 * Minimises {@code z^T G z - 2 g^T z} over integer vectors with {@code |z_i| <= limit}, exactly, by
 * depth-first search.
 *
 * <p>With {@code G = U^T D U} the error is a sum of squares, one for each variable given those
 * after it: {@code D_k (z_k - centre_k(z_{k+1}, ...))^2}. From the last variable down, each takes
 * its values in the order of their distance from its centre, so the first leaf is already good and
 * a branch ends as soon as its partial sum reaches the best one. Source: C. P. Schnorr, M. Euchner,
 * "Lattice basis reduction", 1994, and E. Agrell et al., "Closest point search in lattices", 2002.
 *
 * <p>Variables that the limit holds back come last in the matrix, hence first in the search:
 * otherwise their cost would stay invisible until every other variable is chosen. The order changes
 * the time, never the result. Not thread-safe.
 */
final class IntegerLeastSquares {
  /** Branches after which a search ends without a result. */
  static final long MAX_NODES = 200_000_000L;

  private final double[][] gram;
  private final double[] target;
  private final long limit;
  private final int count;
  private int[] order;
  private Cholesky factors;
  private double[] centres;
  private long[] chosen;
  private long[] best;
  private double bestCost;
  private long nodes;

  /**
   * A problem.
   *
   * @param gram G, symmetric and positive definite
   * @param target g
   * @param limit largest magnitude of an integer, not negative
   */
  IntegerLeastSquares(double[][] gram, double[] target, long limit) {
    this.gram = gram;
    this.target = target;
    this.limit = limit;
    this.count = target.length;
  }

  /** Returns the best integers, in the order of the matrix. */
  long[] solve() {
    order = order();
    factors = Cholesky.of(permuted(order));
    double[] permutedTarget = new double[count];
    for (int i = 0; i < count; i++) {
      permutedTarget[i] = target[order[i]];
    }
    centres = factors.solve(permutedTarget);
    chosen = new long[count];
    best = new long[count];
    bestCost = Double.POSITIVE_INFINITY;
    nodes = 0;
    search(count - 1, 0);
    long[] solution = new long[count];
    for (int i = 0; i < count; i++) {
      solution[order[i]] = best[i];
    }
    return solution;
  }

  private void search(int level, double cost) {
    if (level < 0) {
      bestCost = cost;
      System.arraycopy(chosen, 0, best, 0, count);
      return;
    }
    double centre = centres[level];
    for (int j = level + 1; j < count; j++) {
      centre -= factors.upper()[level][j] * (chosen[j] - centres[j]);
    }
    long first = clamped(Math.round(centre));
    long up = first;
    long down = first;
    // Outwards from the centre, the nearer side first, each side until it costs too much.
    boolean upOpen = true;
    boolean downOpen = first > -limit;
    down--;
    while (upOpen || downOpen) {
      boolean takeUp = upOpen && (!downOpen || up - centre <= centre - down);
      long value = takeUp ? up : down;
      double distance = value - centre;
      double sum = cost + factors.diagonal()[level] * distance * distance;
      if (sum >= bestCost) {
        // Whatever lies further out on the side costs more.
        upOpen &= !takeUp;
        downOpen &= takeUp;
        continue;
      }
      if (++nodes > MAX_NODES) {
        throw new IllegalArgumentException(
            "the search for the best coefficients is too long: take fewer fraction bits or a lower"
                + " degree");
      }
      chosen[level] = value;
      search(level - 1, sum);
      if (takeUp) {
        upOpen = up++ < limit;
      } else {
        downOpen = down-- > -limit;
      }
    }
  }

  private long clamped(long value) {
    return Math.max(-limit, Math.min(limit, value));
  }

  /**
   * Free variables from the lowest to the highest, then those that the limit holds back: while the
   * real optimum breaks the limit, its worst offender is fixed there and the others fitted anew.
   */
  private int[] order() {
    List<Integer> free = new ArrayList<>();
    List<Integer> held = new ArrayList<>();
    double[] rest = target.clone();
    for (int i = 0; i < count; i++) {
      free.add(i);
    }
    while (!free.isEmpty()) {
      int[] indices = free.stream().mapToInt(Integer::intValue).toArray();
      double[] right = new double[indices.length];
      for (int i = 0; i < right.length; i++) {
        right[i] = rest[indices[i]];
      }
      double[] real = Cholesky.of(permuted(indices)).solve(right);
      int worst = -1;
      double excess = 0.5;
      for (int i = 0; i < real.length; i++) {
        if (Math.abs(real[i]) - limit > excess) {
          excess = Math.abs(real[i]) - limit;
          worst = i;
        }
      }
      if (worst < 0) {
        break;
      }
      int fixed = indices[worst];
      for (int i = 0; i < count; i++) {
        rest[i] -= gram[i][fixed] * Math.copySign((double) limit, real[worst]);
      }
      free.remove(Integer.valueOf(fixed));
      held.add(0, fixed);
    }
    free.addAll(held);
    return free.stream().mapToInt(Integer::intValue).toArray();
  }

  private double[][] permuted(int[] indices) {
    double[][] permuted = new double[indices.length][indices.length];
    for (int i = 0; i < indices.length; i++) {
      for (int j = 0; j < indices.length; j++) {
        permuted[i][j] = gram[indices[i]][indices[j]];
      }
    }
    return permuted;
  }
}
