// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.plan.RangeViolation;
import java.util.List;

/**
 * What is known about one input's secure run without running it.
 *
 * @param outputErrorUlps by output element: how far the secure output can be from the integer
 *     semantics, in units of the output's last place; infinite if a range may be left on the way
 * @param violations layers whose range is left, in order
 */
public record RangeAudit(double[] outputErrorUlps, List<RangeViolation> violations) {

  /** Copies the list. */
  public RangeAudit {
    violations = List.copyOf(violations);
  }

  /** Returns the violations alone. */
  @Override
  public String toString() {
    return "RangeAudit" + violations;
  }
}
