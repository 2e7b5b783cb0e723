// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.LinkMessage;

/**
 * Where a party is between two epochs or in one. Immutable; each event gives the next state, and an
 * event that does not fit gives the same one.
 *
 * <pre>{@code
 * Idle ──announced──> Announced ──recording──> Entering ──entered──> Running
 *  ^                      │                        │                    │
 *  └──────────────────────┴──── lost, ended ───────┴────────────────────┘
 * }</pre>
 *
 * An announcement replaces whatever there is, since the dealer makes one only when the last epoch
 * is over for it.
 */
sealed interface EpochState {
  /** The states by name, for tables and gauges. */
  enum Stage {
    /** No epoch is announced; the party asks the dealer for one. */
    IDLE,
    /** The dealer has announced an epoch, and the peer that it is for is not here yet. */
    ANNOUNCED,
    /** The epoch is written down, before anything of it is used. */
    ENTERING,
    /** The layers of the epoch are there. */
    RUNNING
  }

  /** Returns the state's name. */
  Stage stage();

  /** Returns whether messages of an epoch belong to the running one. */
  default boolean isRunning(long epoch) {
    return false;
  }

  /** Takes a message to its layer; false if it is of another epoch than runs, or of no layer. */
  default boolean deliver(LinkMessage message) {
    return false;
  }

  /** Returns whether an epoch is the one that is being written down. */
  default boolean isEntering(long epoch) {
    return false;
  }

  /** Returns what follows when the dealer announced an epoch. */
  default EpochState announced(LinkMessage.EpochStart start) {
    return new Announced(start);
  }

  /** Returns what follows when the announced epoch is being written down. */
  default EpochState recording() {
    return this;
  }

  /**
   * Returns what follows when an epoch is written down and its layers are there.
   *
   * @param start the epoch; another than is being entered changes nothing
   */
  default EpochState entered(LinkMessage.EpochStart start, EpochLayers layers) {
    return this;
  }

  /**
   * Returns what follows when the dealer's link was lost: what is announced will not come, what is
   * running continues.
   */
  default EpochState dealerLost() {
    return new Idle();
  }

  /**
   * Returns what follows when the peer's link was lost, or another one opened: what is announced
   * may be for that one.
   */
  default EpochState peerLost() {
    return new Idle();
  }

  /** Returns what follows when the epoch cannot continue, or was not entered. */
  default EpochState ended() {
    return new Idle();
  }

  /** No epoch is announced. */
  record Idle() implements EpochState {
    @Override
    public Stage stage() {
      return Stage.IDLE;
    }
  }

  /** The dealer has announced an epoch. */
  record Announced(LinkMessage.EpochStart start) implements EpochState {
    @Override
    public Stage stage() {
      return Stage.ANNOUNCED;
    }

    @Override
    public EpochState recording() {
      return new Entering(start);
    }

    @Override
    public EpochState peerLost() {
      return this;
    }
  }

  /** The epoch is being written down. */
  record Entering(LinkMessage.EpochStart start) implements EpochState {
    @Override
    public Stage stage() {
      return Stage.ENTERING;
    }

    @Override
    public boolean isEntering(long epoch) {
      return start.epoch() == epoch;
    }

    @Override
    public EpochState entered(LinkMessage.EpochStart noted, EpochLayers layers) {
      return noted == start ? new Running(start.epoch(), layers) : this;
    }
  }

  /** The layers of the epoch are there. */
  record Running(long epoch, EpochLayers layers) implements EpochState {
    @Override
    public Stage stage() {
      return Stage.RUNNING;
    }

    @Override
    public boolean isRunning(long other) {
      return epoch == other;
    }

    @Override
    public boolean deliver(LinkMessage message) {
      return layers.deliver(message);
    }

    @Override
    public EpochState dealerLost() {
      return this;
    }
  }
}
