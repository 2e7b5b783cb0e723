// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;

/**
 * One task that a node's cores did.
 *
 * @param role whose task
 * @param urgency which queue it was in
 * @param work what it did
 * @param askedNs when it was submitted
 * @param startNs when cores began
 * @param endNs when they were done
 * @param cores how many worked on it
 */
public record WorkEvent(
    String role, Urgency urgency, Work work, long askedNs, long startNs, long endNs, int cores) {}
