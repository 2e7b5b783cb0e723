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
      final VirtualTime time,
      final NetworkModel model,
      final Trace trace,
      final long seed,
      final long maxQueuedBytes) {
    this.time = time;
    this.model = model;
    this.trace = trace;
    random = new SplittableRandom(seed);
    this.maxQueuedBytes = maxQueuedBytes;
  }

  /**
   * One dials the other, now. The listening end opens when it has heard the dialler's Hello, the
   * dialler when it has heard the answer. A link that an outage kills is dialled again after it.
   */
  public void connect(final Endpoint dialler, final Endpoint listener) {
    final Place place = Place.between(dialler.hello().role(), listener.hello().role());
    final LinkProfile profile = model.profile(place);
    final List<Outage> outages = model.outages(place);
    final SimulatedLink near =
        new SimulatedLink(
            time,
            trace,
            dialler,
            listener,
            new Direction(time, profile, outages, random.split()),
            maxQueuedBytes);
    final SimulatedLink far =
        new SimulatedLink(
            time,
            trace,
            listener,
            dialler,
            new Direction(time, profile, outages, random.split()),
            maxQueuedBytes);
    SimulatedLink.join(near, far);
    near.sendHello(
        () -> {
          far.sendHello(near::open);
          far.open();
        });
    final long dialledNs = time.nowNs();
    outages.stream()
        .filter(outage -> outage.lengthNs() > model.livenessTimeoutNs())
        .filter(outage -> outage.fromNs() >= dialledNs)
        .findFirst()
        .ifPresent(outage -> loseIn(outage, near, far, dialler, listener));
  }

  private void loseIn(
      final Outage outage,
      final SimulatedLink near,
      final SimulatedLink far,
      final Endpoint dialler,
      final Endpoint listener) {
    final long timeoutNs = model.livenessTimeoutNs();
    time.at(
        outage.fromNs() + timeoutNs,
        () -> {
          final String reason = "no sign of life for " + Quantities.time(timeoutNs);
          near.lose(reason);
          far.lose(reason);
        });
    if (outage.untilNs() != Outage.FOREVER) {
      time.at(outage.untilNs(), () -> connect(dialler, listener));
    }
  }
}
