// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import io.pascaline.actors.state.StateSettings;
import io.pascaline.transport.driver.IdleMode;
import java.util.Objects;

/**
 * How a role runs, whatever it computes. Immutable.
 *
 * @param computeThreads threads of the compute pool, at least 1
 * @param precomputedCorrelations inferences whose correlations each layer buffers, at least 1
 * @param maxSessions inferences under way at a time, at least 1; more are refused
 * @param requestTimeoutMs deadline of an inference, at least 1
 * @param connectTimeoutMs how long a peer may take to appear at start-up, at least 1
 * @param idleMode what polling threads do when there is nothing to do
 * @param aeronDirectory directory of an external media driver; null launches one in the process
 * @param limits what it lets itself be asked for
 * @param state where a role of a deployment keeps what it must not forget
 * @param links how links to other processes are protected, and what they run over
 */
public record RuntimeSettings(
    int computeThreads,
    int precomputedCorrelations,
    int maxSessions,
    long requestTimeoutMs,
    long connectTimeoutMs,
    IdleMode idleMode,
    String aeronDirectory,
    ServiceLimits limits,
    StateSettings state,
    LinkSettings links) {
  /** Most sessions, and most correlations ahead, that may be asked for. */
  public static final int MAX_COUNT = 1024;

  /** Longest deadline of a request: ten minutes. */
  public static final long MAX_TIMEOUT_MS = 600_000;

  /** Checks the ranges. */
  public RuntimeSettings {
    requirePositive("computeThreads", computeThreads);
    requireCount("precomputedCorrelations", precomputedCorrelations);
    requireCount("maxSessions", maxSessions);
    requirePositive("requestTimeoutMs", requestTimeoutMs);
    if (requestTimeoutMs > MAX_TIMEOUT_MS) {
      throw new IllegalArgumentException(
          "requestTimeoutMs must be at most " + MAX_TIMEOUT_MS + ": " + requestTimeoutMs);
    }
    requirePositive("connectTimeoutMs", connectTimeoutMs);
    Objects.requireNonNull(idleMode, "idleMode");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(links, "links");
  }

  /** The usual limits, nothing on disk, and links that never leave the process. */
  public RuntimeSettings(
      int computeThreads,
      int precomputedCorrelations,
      int maxSessions,
      long requestTimeoutMs,
      long connectTimeoutMs,
      IdleMode idleMode,
      String aeronDirectory) {
    this(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        requestTimeoutMs,
        connectTimeoutMs,
        idleMode,
        aeronDirectory,
        ServiceLimits.defaults(),
        StateSettings.inMemory(),
        LinkSettings.inProcess());
  }

  /** As many threads as cores, 8 correlations ahead, 16 sessions, 30 s deadlines, back-off. */
  public static RuntimeSettings defaults() {
    return new RuntimeSettings(
        Runtime.getRuntime().availableProcessors(), 8, 16, 30_000, 30_000, IdleMode.BACKOFF, null);
  }

  /** Returns the same with another patience for peers that do not appear. */
  public RuntimeSettings withConnectTimeoutMs(long timeoutMs) {
    return new RuntimeSettings(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        requestTimeoutMs,
        timeoutMs,
        idleMode,
        aeronDirectory,
        limits,
        state,
        links);
  }

  /** Returns the same with another deadline. */
  public RuntimeSettings withRequestTimeoutMs(long timeoutMs) {
    return new RuntimeSettings(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        timeoutMs,
        connectTimeoutMs,
        idleMode,
        aeronDirectory,
        limits,
        state,
        links);
  }

  /** Returns the same with other links. */
  public RuntimeSettings withLinks(LinkSettings otherLinks) {
    return new RuntimeSettings(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        requestTimeoutMs,
        connectTimeoutMs,
        idleMode,
        aeronDirectory,
        limits,
        state,
        otherLinks);
  }

  /** Returns the same with other limits. */
  public RuntimeSettings withLimits(ServiceLimits otherLimits) {
    return new RuntimeSettings(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        requestTimeoutMs,
        connectTimeoutMs,
        idleMode,
        aeronDirectory,
        otherLimits,
        state,
        links);
  }

  /** Returns the same with its state elsewhere. */
  public RuntimeSettings withState(StateSettings otherState) {
    return new RuntimeSettings(
        computeThreads,
        precomputedCorrelations,
        maxSessions,
        requestTimeoutMs,
        connectTimeoutMs,
        idleMode,
        aeronDirectory,
        limits,
        otherState,
        links);
  }

  private static void requireCount(String name, int value) {
    if (value < 1 || value > MAX_COUNT) {
      throw new IllegalArgumentException(name + " must be 1 to " + MAX_COUNT + ": " + value);
    }
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
  }
}
