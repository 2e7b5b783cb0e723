// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;

/** How long work takes on one core, in virtual time. For the simulation's thread. */
public interface CostModel {
  /**
   * Time of a task on one core.
   *
   * @param work what it did
   * @param measuredNs processor time that it really took on the simulation's thread
   * @return nanoseconds, at least 0
   */
  long serialNs(Work work, long measuredNs);

  /**
   * Returns how long handing an offline task to a core and its result back takes, beside the task
   * itself. Online ones are done where they are asked for.
   *
   * @return nanoseconds, at least 0
   */
  long taskNs();

  /**
   * Returns how long sending a message and taking it in takes, beside the link: the threads of both
   * ends, half of it each.
   *
   * @param frameBytes its length in frames
   * @return nanoseconds, at least 0
   */
  long messageNs(long frameBytes);

  /** Returns how much of a second core's work comes in useful, from 0 to 1. */
  double parallelEfficiency();

  /**
   * Returns how long after a task began, or a core became idle, that core's help begins.
   *
   * @return nanoseconds, at least 0
   */
  long helpDelayNs();

  /** Returns whether it gives the same answer for the same work, run after run. */
  boolean reproducible();

  /** Returns where the times come from, for reports. */
  String describe();

  /** Computation takes no time: what is left is the network's doing. */
  static CostModel free() {
    return Free.INSTANCE;
  }

  /** Returns every task takes the processor time that it really took; no two runs are the same. */
  static CostModel measured() {
    return Measured.INSTANCE;
  }

  /** No cost. */
  enum Free implements CostModel {
    /** The only one. */
    INSTANCE;

    @Override
    public long serialNs(Work work, long measuredNs) {
      return 0;
    }

    @Override
    public long taskNs() {
      return 0;
    }

    @Override
    public long messageNs(long frameBytes) {
      return 0;
    }

    @Override
    public double parallelEfficiency() {
      return 1;
    }

    @Override
    public long helpDelayNs() {
      return 0;
    }

    @Override
    public boolean reproducible() {
      return true;
    }

    @Override
    public String describe() {
      return "computation takes no time";
    }
  }

  /** Real time. */
  enum Measured implements CostModel {
    /** The only one. */
    INSTANCE;

    @Override
    public long serialNs(Work work, long measuredNs) {
      return measuredNs;
    }

    @Override
    public long taskNs() {
      return CostRates.SHIPPED.taskNs();
    }

    @Override
    public long messageNs(long frameBytes) {
      return CostRates.SHIPPED.messageNs(frameBytes);
    }

    @Override
    public double parallelEfficiency() {
      return CostRates.SHIPPED.parallelEfficiency();
    }

    @Override
    public long helpDelayNs() {
      return CostRates.SHIPPED.helpDelayNs();
    }

    @Override
    public boolean reproducible() {
      return false;
    }

    @Override
    public String describe() {
      return "measured as it ran, on one core of this machine";
    }
  }
}
