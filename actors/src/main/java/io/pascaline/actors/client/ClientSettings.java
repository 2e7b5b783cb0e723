// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a client works with.
 *
 * @param plan the public plan
 * @param asked whom it asks
 * @param timeoutMs deadline of each request that brings none
 * @param retries when requests are repeated
 * @param nanoClock what latencies are measured with, in nanoseconds
 * @param counters what it counts
 * @param fatal told once, in one line, when the parties will never serve this client
 */
public record ClientSettings(
    NetworkPlan plan,
    Asked asked,
    long timeoutMs,
    Retries retries,
    LongSupplier nanoClock,
    ClientCounters counters,
    Consumer<String> fatal) {
  /** Whom a client asks. */
  public enum Asked {
    /** Both parties: it shares its input between them. */
    BOTH_PARTIES,
    /** Its own party alone, over a local link: it is party 1 itself. */
    OWN_PARTY
  }
}
