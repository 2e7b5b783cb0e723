// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import java.util.ArrayList;
import java.util.List;

/**
 * Selects harmonics by orthogonal least squares, one more for each solution: the forward selection
 * of S. Chen, S. A. Billings and W. Luo, "Orthogonal least squares methods and their application to
 * non-linear system identification", Int. J. Control 50(5), 1989. L. Rebollo-Neira and D. Lowe call
 * it "Optimized orthogonal matching pursuit approach", IEEE Signal Processing Letters 9(4), 2002.
 * Plain orthogonal matching pursuit adds the candidate that correlates most with the residual; this
 * adds the one that leaves the smallest error once all amplitudes are fitted anew.
 *
 * <p>After each addition, the selection is improved by the sequential replacement of A. J. Miller,
 * "Selection of subsets of regression variables", J. R. Statist. Soc. A 147(3), 1984. That lowers
 * the error by a third or more.
 *
 * <p>Here a candidate is a pair of features, the cosine and the sine of a harmonic, and the
 * equations have a ridge. Not thread-safe.
 */
final class OrthogonalLeastSquares {
  /** Most sweeps of replacements after an addition. */
  private static final int MAX_SWEEPS = 2;

  /** A sweep that leaves a larger part of the error than this is the last one. */
  private static final double WORTHWHILE = 0.999;

  private final NormalEquations equations;
  private final boolean sloped;
  private final List<Integer> selected = new ArrayList<>();
  private final List<NormalEquations.Solution> solutions = new ArrayList<>();

  /**
   * Begins with no harmonic.
   *
   * @param sloped whether there is a slope besides the constant
   */
  OrthogonalLeastSquares(NormalEquations equations, boolean sloped) {
    this.equations = equations;
    this.sloped = sloped;
  }

  /** Returns the solution with a number of harmonics, at least 1. */
  NormalEquations.Solution solution(int harmonicCount) {
    while (solutions.size() < harmonicCount) {
      // 1. Forward selection: add the harmonic that lowers the error most.
      PartialCholesky factor = PartialCholesky.of(equations, sloped, selected);
      int addition = factor.bestAddition(selected);
      factor.add(addition);
      selected.add(addition);
      // 2. Sequential replacement: exchange harmonics while that lowers the error.
      replace(factor.error());
      // 3. Solve for the amplitudes, from the lowest frequency to the highest.
      List<Integer> ascending = selected.stream().sorted().toList();
      solutions.add(PartialCholesky.of(equations, sloped, ascending).solve(ascending));
    }
    return solutions.get(harmonicCount - 1);
  }

  /**
   * Exchanges one harmonic after another for the best one in its place.
   *
   * @param firstError the error of the present selection
   */
  private void replace(double firstError) {
    double error = firstError;
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      double errorBefore = error;
      // The factor of those in front of the k-th, which this sweep changes no more.
      PartialCholesky settled = PartialCholesky.of(equations, sloped, List.of());
      for (int k = 0; k < selected.size(); k++) {
        List<Integer> others = new ArrayList<>(selected);
        others.remove(k);
        PartialCholesky withoutOne = settled.copy();
        others.subList(k, others.size()).forEach(withoutOne::add);
        int replacement = withoutOne.bestAddition(others);
        if (replacement != selected.get(k)) {
          withoutOne.add(replacement);
          if (withoutOne.error() < error) {
            error = withoutOne.error();
            selected.set(k, replacement);
          }
        }
        settled.add(selected.get(k));
      }
      if (error > errorBefore * WORTHWHILE) {
        return;
      }
    }
  }
}
