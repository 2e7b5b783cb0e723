// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.time.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several cells on one virtual clock, each with its own two parties, dealer and machines, behind
 * the assignment that gateways make: a request goes to the least loaded cell. Gateways themselves
 * are not modelled. For one thread.
 */
public final class SimulatedCells implements AutoCloseable {
  private static final String CELL = "cell-";

  private final SimulationSettings settings;
  private final NetworkPlan plan;
  private final VirtualTime time = new VirtualTime();
  private final List<SimulatedDeployment> cells = new ArrayList<>();

  /** Requests that a cell has been assigned and has not answered. */
  private final int[] unanswered;

  private final int[] answered;

  private SimulatedCells(CompiledNetwork network, SimulationSettings settings, int cellCount) {
    this.settings = settings;
    plan = network.plan();
    unanswered = new int[cellCount];
    answered = new int[cellCount];
    try {
      for (int cell = 0; cell < cellCount; cell++) {
        cells.add(
            new SimulatedDeployment(
                network, settings, settings.inferences(), PartyLimits.defaults(), time));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * What cells showed.
   *
   * @param answers one per request, in the order of asking
   * @param byCell how many requests each cell answered
   * @param elapsedNs virtual time from the first request to the last answer
   */
  public record Result(List<SimulatedAnswer> answers, List<Integer> byCell, long elapsedNs) {
    private static final double NANOS_PER_S = 1e9;

    /** Returns answered requests in a virtual second. */
    public double throughputPerSecond() {
      long succeeded = answers.stream().filter(SimulatedAnswer::succeeded).count();
      return succeeded * NANOS_PER_S / elapsedNs;
    }
  }

  /**
   * Runs a simulation to its end, on the calling thread.
   *
   * @param network the compiled network; its weights are shared in each cell anew
   * @param inputs what is asked, taken in turn; at least one
   * @param settings links, machines and requests of each cell; requests follow one another as
   *     {@code clients} says, not at an interval, and have one image
   * @param cellCount cells, at least 1
   * @param clients how many requests are unanswered at a time; each answer makes room for the next
   *     request
   * @return what happened
   * @throws SimulationException if no request could be made, in one line
   */
  public static Result run(
      CompiledNetwork network,
      List<float[]> inputs,
      SimulationSettings settings,
      int cellCount,
      int clients) {
    if (cellCount < 1 || clients < 1 || inputs.isEmpty()) {
      throw new IllegalArgumentException(
          "cellCount, clients and inputs must be at least one: "
              + cellCount
              + ", "
              + clients
              + ", "
              + inputs.size());
    }
    try (SimulatedCells cells = new SimulatedCells(network, settings, cellCount)) {
      return cells.run(inputs, clients);
    }
  }

  private Result run(List<float[]> inputs, int clients) {
    cells.forEach(SimulatedDeployment::prepare);
    SimulatedAnswer[] answers = new SimulatedAnswer[settings.inferences()];
    long beganNs = time.nowNs();
    int[] next = {0};
    Runnable askNext =
        new Runnable() {
          @Override
          public void run() {
            if (next[0] < answers.length) {
              int number = next[0]++;
              ask(number, inputs.get(number % inputs.size()), answers, this);
            }
          }
        };
    for (int client = 0; client < clients; client++) {
      askNext.run();
    }
    for (SimulatedDeployment cell : cells) {
      cell.runUntil(() -> Arrays.stream(answers).allMatch(answer -> answer != null));
    }
    return new Result(
        List.of(answers), Arrays.stream(answered).boxed().toList(), time.nowNs() - beganNs);
  }

  private void ask(int number, float[] input, SimulatedAnswer[] answers, Runnable whenAnswered) {
    int cell = assigned();
    unanswered[cell]++;
    cells
        .get(cell)
        .ask(
            number,
            List.of(plan.encodeInput(input)),
            answers,
            () -> {
              unanswered[cell]--;
              answered[cell]++;
              whenAnswered.run();
            });
  }

  /** Returns the least loaded cell. What it was assigned may not have reached its parties yet. */
  private int assigned() {
    List<CellLoad> loads = new ArrayList<>();
    for (int cell = 0; cell < cells.size(); cell++) {
      CellLoad counted = CellLoad.of(CELL + cell, cells.get(cell).counters(0));
      loads.add(counted.plus(Math.max(0, unanswered[cell] - counted.requests())));
    }
    return CellLoad.leastLoaded(loads)
        .map(load -> Integer.parseInt(load.cell().substring(CELL.length())))
        .orElseThrow(() -> new SimulationException("no cell serves: its links may be lost"));
  }

  @Override
  public void close() {
    cells.forEach(SimulatedDeployment::close);
  }
}
