// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.Trace;
import java.util.List;
import java.util.SplittableRandom;

/** Connects endpoints by modelled links. For the simulation's thread. */
public final class SimulatedNetwork {
  private final VirtualTime time;
  private final NetworkModel model;
  private final Trace trace;
  private final SplittableRandom random;
  private final long maxQueuedBytes;

  /**
   * A network without links.
   *
   * @param time the clock
   * @param model how links behave
   * @param trace what arrives is written here
   * @param seed of jitter and loss
   * @param maxQueuedBytes what a link takes beyond what has left, as real links are set up
   */
  public SimulatedNetwork(
      VirtualTime time, NetworkModel model, Trace trace, long seed, long maxQueuedBytes) {
    this.time = time;
    this.model = model;
    this.trace = trace;
    random = new SplittableRandom(seed);
    this.maxQueuedBytes = maxQueuedBytes;
  }

  /**
   * Opens a link, now. The responder's end opens when the initiator's Hello has arrived, the
   * initiator's end when the answer has. The initiator reopens a link that an outage has ended.
   */
  public void connect(Endpoint initiator, Endpoint listener) {
    Place place = Place.between(initiator.hello().role(), listener.hello().role());
    LinkProfile profile = model.profile(place);
    List<Outage> outages = model.outages(place);
    SimulatedLink near =
        new SimulatedLink(
            time,
            trace,
            initiator,
            listener,
            new Direction(time, profile.up(), outages, random.split()),
            maxQueuedBytes);
    SimulatedLink far =
        new SimulatedLink(
            time,
            trace,
            listener,
            initiator,
            new Direction(time, profile, outages, random.split()),
            maxQueuedBytes);
    SimulatedLink.join(near, far);
    near.sendHello(
        () -> {
          far.sendHello(near::open);
          far.open();
        });
    long dialledNs = time.nowNs();
    outages.stream()
        .filter(outage -> outage.lengthNs() > model.peerTimeoutNs())
        .filter(outage -> outage.fromNs() >= dialledNs)
        .findFirst()
        .ifPresent(outage -> loseIn(outage, near, far, initiator, listener));
  }

  private void loseIn(
      Outage outage, SimulatedLink near, SimulatedLink far, Endpoint initiator, Endpoint listener) {
    long timeoutNs = model.peerTimeoutNs();
    time.at(
        outage.fromNs() + timeoutNs,
        () -> {
          String reason = "no sign of life for " + Quantities.time(timeoutNs);
          near.lose(reason);
          far.lose(reason);
        });
    if (outage.untilNs() != Outage.FOREVER) {
      time.at(outage.untilNs(), () -> connect(initiator, listener));
    }
  }
}
