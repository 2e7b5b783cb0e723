// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

/**
 * The private answers beside those of one network in plaintext.
 *
 * @param network which network it is
 * @param engine which evaluator ran it
 * @param score the comparison
 * @param latencies of the network in plaintext; no times if they were not measured
 */
public record PlaintextComparison(
    PlaintextNetwork network, String engine, Score score, Latencies latencies) {

  /** Private latency as a multiple of this one, medians both; NaN if it is unknown. */
  public double ratio(Latencies privately) {
    return latencies.count() == 0 || privately.count() == 0
        ? Double.NaN
        : privately.p50Ms() / latencies.p50Ms();
  }

  /** Returns the fraction of labelled images that the network gets right; NaN without labels. */
  public double accuracy() {
    return score.plaintextCorrect() / (double) score.labelledCount();
  }

  /** Returns the fraction of answered images where both agree. */
  public double agreement() {
    return score.agreeing() / (double) score.answeredCount();
  }
}
