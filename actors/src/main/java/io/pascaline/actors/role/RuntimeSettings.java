// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.IdleMode;
import java.util.Objects;

/**
 * How a role runs, whatever it computes. Immutable.
 *
 * @param computeThreads threads of the compute pool, at least 1
 * @param precomputedCorrelations inferences whose correlations each layer buffers, at least 1;
 *     fewer where memory is short
 * @param memoryBytes what weights, correlations and sessions of the process's roles may take
 *     together, at least 0; 0 for three quarters of the heap
 * @param maxSessions inferences in flight at a time, at least 1; more are refused
 * @param connectTimeoutMs how long a remote may take to appear at start-up, at least 1
 * @param idleMode what polling threads do when there is nothing to do
 * @param driverThread which thread does the work of a media driver in the process
 * @param spinUs microseconds for which a thread looks for work without pause before it parks, from
 *     0 to {@link #MAX_SPIN_US}: the threads of links, and one of the compute pool
 * @param aeronDirectory directory of an external media driver; null launches one in the process
 * @param limits what a party lets itself be asked for
 * @param state where a role of a deployment keeps what it must not forget
 * @param links how links to other processes are protected, and what they run over
 */
public record RuntimeSettings(
    int computeThreads,
    int precomputedCorrelations,
    long memoryBytes,
    int maxSessions,
    long connectTimeoutMs,
    IdleMode idleMode,
    DriverThread driverThread,
    long spinUs,
    String aeronDirectory,
    PartyLimits limits,
    StateSettings state,
    LinkSettings links) {
  /** Longer than that no thread spins. */
  public static final long MAX_SPIN_US = 100_000;

  /** About what waking a thread takes: it costs at most twice what the better choice would. */
  private static final long USUAL_SPIN_US = 100;

  /** Checks the ranges. */
  public RuntimeSettings {
    requireRange("computeThreads", computeThreads, Integer.MAX_VALUE);
    requireRange("precomputedCorrelations", precomputedCorrelations, PartyLimits.MAX_COUNT);
    if (memoryBytes < 0) {
      throw new IllegalArgumentException("memoryBytes must be at least 0: " + memoryBytes);
    }
    requireRange("maxSessions", maxSessions, PartyLimits.MAX_COUNT);
    requireRange("connectTimeoutMs", connectTimeoutMs, Long.MAX_VALUE);
    Objects.requireNonNull(idleMode, "idleMode");
    Objects.requireNonNull(driverThread, "driverThread");
    if (spinUs < 0 || spinUs > MAX_SPIN_US) {
      throw new IllegalArgumentException("spinUs must be 0 to " + MAX_SPIN_US + ": " + spinUs);
    }
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(links, "links");
  }

  /** Returns the usual settings, see {@link #builder}. */
  public static RuntimeSettings defaults() {
    return builder().build();
  }

  /**
   * Returns a builder that has the usual settings: as many threads as cores, 8 precomputed
   * correlations, 16 sessions, 30 s to connect, back-off after a short spin where there are cores
   * for it, nothing on disk, and links that never leave the process.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that has these settings. */
  public Builder toBuilder() {
    return new Builder()
        .computeThreads(computeThreads)
        .precomputedCorrelations(precomputedCorrelations)
        .memoryBytes(memoryBytes)
        .maxSessions(maxSessions)
        .connectTimeoutMs(connectTimeoutMs)
        .idleMode(idleMode)
        .driverThread(driverThread)
        .spinUs(spinUs)
        .aeronDirectory(aeronDirectory)
        .limits(limits)
        .state(state)
        .links(links);
  }

  /**
   * Returns how much a party takes at a time.
   *
   * @param precomputation sessions whose correlations are precomputed, in the memory that there is
   */
  public PartyCapacity capacity(Precomputation precomputation) {
    return new PartyCapacity(precomputation, maxSessions, limits);
  }

  /** Returns how long the threads of a role spin by default. */
  private static long usualSpinUs() {
    // A party's links, its driver and one compute thread may spin, and must not take the cores of
    // those who work.
    return Runtime.getRuntime().availableProcessors() >= 4 ? USUAL_SPIN_US : 0;
  }

  private static void requireRange(String name, long value, long max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + " must be 1 to " + max + ": " + value);
    }
  }

  /** Builds settings. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private int computeThreads = Runtime.getRuntime().availableProcessors();
    private int precomputedCorrelations = 8;
    private long memoryBytes;
    private int maxSessions = 16;
    private long connectTimeoutMs = 30_000;
    private IdleMode idleMode = IdleMode.BACKOFF;
    private DriverThread driverThread = DriverThread.AUTO;
    private long spinUs = usualSpinUs();
    private String aeronDirectory;
    private PartyLimits limits = PartyLimits.defaults();
    private StateSettings state = StateSettings.inMemory();
    private LinkSettings links = LinkSettings.inProcess();

    private Builder() {}

    /** Sets the threads of the compute pool. */
    public Builder computeThreads(int count) {
      computeThreads = count;
      return this;
    }

    /**
     * Sets for how many inferences each layer buffers correlations; fewer where memory is short.
     */
    public Builder precomputedCorrelations(int count) {
      precomputedCorrelations = count;
      return this;
    }

    /**
     * Sets what weights, correlations and sessions of the process's roles may take; 0 for three
     * quarters of the heap.
     */
    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    /** Sets how many inferences may be in flight at a time. */
    public Builder maxSessions(int count) {
      maxSessions = count;
      return this;
    }

    /** Sets how long a remote may take to appear at start-up. */
    public Builder connectTimeoutMs(long timeoutMs) {
      connectTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets what polling threads do when there is nothing to do. */
    public Builder idleMode(IdleMode mode) {
      idleMode = mode;
      return this;
    }

    /** Sets which thread does the work of a media driver in the process. */
    public Builder driverThread(DriverThread thread) {
      driverThread = thread;
      return this;
    }

    /** Sets how many microseconds a thread looks for work before it parks. */
    public Builder spinUs(long microseconds) {
      spinUs = microseconds;
      return this;
    }

    /** Sets the directory of an external media driver; null launches one in the process. */
    public Builder aeronDirectory(String directoryOrNull) {
      aeronDirectory = directoryOrNull;
      return this;
    }

    /** Sets what a party lets itself be asked for. */
    public Builder limits(PartyLimits partyLimits) {
      limits = partyLimits;
      return this;
    }

    /** Sets where the role keeps what it must not forget. */
    public Builder state(StateSettings stateSettings) {
      state = stateSettings;
      return this;
    }

    /** Sets how links are protected, and what they run over. */
    public Builder links(LinkSettings linkSettings) {
      links = linkSettings;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException for one that is out of range
     */
    public RuntimeSettings build() {
      return new RuntimeSettings(
          computeThreads,
          precomputedCorrelations,
          memoryBytes,
          maxSessions,
          connectTimeoutMs,
          idleMode,
          driverThread,
          spinUs,
          aeronDirectory,
          limits,
          state,
          links);
    }
  }
}
