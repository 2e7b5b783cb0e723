// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

/**
 * What handing on takes beside the work itself, and what a further core brings. Immutable.
 *
 * @param taskNs for handing an offline task to a core and its result back
 * @param messageNs for sending a message and taking it in, one way
 * @param byteNs for every byte of it
 * @param helpDelayNs until a further core is of use to a task that runs
 * @param parallelEfficiency how much of its work comes in useful then, from 0 to 1
 */
public record HandOver(
    double taskNs, double messageNs, double byteNs, double helpDelayNs, double parallelEfficiency) {
  /** Measures each by itself, on a machine that does nothing else; takes about two seconds. */
  public static HandOver measured() {
    int cores = Runtime.getRuntime().availableProcessors();
    MessageProbe.Found messages = MessageProbe.run();
    HelpProbe.Found help = HelpProbe.run(cores);
    return new HandOver(
        CostCalibration.taskNs(cores),
        messages.messageNs(),
        messages.byteNs(),
        help.delayNs(),
        help.efficiency());
  }
}
