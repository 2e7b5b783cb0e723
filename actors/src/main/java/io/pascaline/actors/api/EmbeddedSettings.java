// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.transport.driver.IdleMode;
import java.time.Duration;
import java.util.Objects;

/**
 * How a service that has all roles in one process runs. Immutable.
 *
 * @param runtime threads, precomputed correlations and sessions of its roles
 * @param requestTimeout deadline of a request that brings none, 1 ms to ten minutes
 * @param maxPending requests that may be unanswered, at least 1; further ones fail at once
 * @param clientAsParty whether the client is party 1 itself, for a network whose weights party 0
 *     owns
 */
public record EmbeddedSettings(
    RuntimeSettings runtime, Duration requestTimeout, int maxPending, boolean clientAsParty) {
  /** Checks the ranges; parties with one client leave room for nobody else. */
  public EmbeddedSettings {
    Objects.requireNonNull(runtime, "runtime");
    ClientRequests.requireTimeout(requestTimeout);
    if (maxPending < 1) {
      throw new IllegalArgumentException("maxPending must be at least 1: " + maxPending);
    }
    runtime = runtime.toBuilder().limits(runtime.limits().forOnlyClient()).build();
  }

  /** Settings with a client that stands apart from the parties. */
  public EmbeddedSettings(RuntimeSettings runtime, Duration requestTimeout, int maxPending) {
    this(runtime, requestTimeout, maxPending, false);
  }

  /** Returns the usual settings, see {@link #builder}. */
  public static EmbeddedSettings defaults() {
    return builder().build();
  }

  /**
   * Returns a builder that has the usual settings: as many threads as cores, 8 precomputed
   * correlations, 16 inferences in flight and 64 waiting, 8 images in a session, 30 s for a
   * request, 1,024 unanswered ones.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds settings. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    /**
     * As long as the parties usually wait for each other, so that each keeps its core. A thread
     * that parks and is woken often gets the core of the other party, although its own is idle.
     */
    private static final long USUAL_SPIN_US = 300;

    private final RuntimeSettings.Builder runtime = RuntimeSettings.builder().spinUs(USUAL_SPIN_US);
    private final PartyLimits.Builder limits = PartyLimits.builder();
    private Duration requestTimeout = Duration.ofSeconds(30);
    private int maxPending = 1024;
    private boolean clientAsParty;

    private Builder() {}

    /** Sets the threads that do all roles' arithmetic. */
    public Builder computeThreads(int count) {
      runtime.computeThreads(count);
      return this;
    }

    /** Sets for how many inferences correlations are precomputed; fewer where memory is short. */
    public Builder precomputedCorrelations(int count) {
      runtime.precomputedCorrelations(count);
      return this;
    }

    /**
     * Sets what weights, correlations and sessions of all roles may take together; 0 for three
     * quarters of the heap less what is in it already.
     */
    public Builder memoryBytes(long bytes) {
      runtime.memoryBytes(bytes);
      return this;
    }

    /** Sets how many inferences may be in flight at a time. */
    public Builder maxSessions(int count) {
      runtime.maxSessions(count);
      return this;
    }

    /**
     * Sets how many images one session may carry; fewer where that many may not be in flight, or
     * have no correlations precomputed.
     */
    public Builder maxBatch(int images) {
      limits.maxBatch(images);
      return this;
    }

    /** Sets how many requests wait for their turn beside those. */
    public Builder maxQueued(int count) {
      limits.maxQueued(count);
      return this;
    }

    /** Sets what polling threads do when there is nothing to do. */
    public Builder idleMode(IdleMode mode) {
      runtime.idleMode(mode);
      return this;
    }

    /**
     * Sets for how many microseconds a thread looks for work without pause before it parks: 0 to
     * {@value RuntimeSettings#MAX_SPIN_US}; {@value #USUAL_SPIN_US} by default. Such a thread
     * yields its core to any other thread.
     */
    public Builder spinUs(long microseconds) {
      runtime.spinUs(microseconds);
      return this;
    }

    /** Sets the deadline of a request that brings none. */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = timeout;
      return this;
    }

    /** Sets how many requests may be unanswered. */
    public Builder maxPending(int count) {
      maxPending = count;
      return this;
    }

    /** Lets the client be party 1 itself, for a network whose weights party 0 owns. */
    public Builder clientAsParty(boolean isParty) {
      clientAsParty = isParty;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException for one that is out of range
     */
    public EmbeddedSettings build() {
      return new EmbeddedSettings(
          runtime.limits(limits.build()).build(), requestTimeout, maxPending, clientAsParty);
    }
  }
}
