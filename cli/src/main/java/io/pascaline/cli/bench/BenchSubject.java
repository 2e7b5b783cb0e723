// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.layers.plan.NetworkPlan;

/**
 * What is measured.
 *
 * @param plan of the network
 * @param view which of its roles this process sees
 * @param deployment where the roles run and how they are linked, for reports
 */
public record BenchSubject(NetworkPlan plan, BenchView view, String deployment) {
  Timeline timeline() {
    return view.timeline(plan);
  }
}
