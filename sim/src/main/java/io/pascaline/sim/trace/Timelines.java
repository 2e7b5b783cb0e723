// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.sim.trace.TimelineBar.Activity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads from a trace what each role did when. */
public final class Timelines {
  private Timelines() {}

  private record Step(String role, long session, int layer, int round) {}

  /**
   * Returns the bars that touch a stretch of time, by role and time. Bars of one role may lie over
   * each other: cores work side by side, and bytes travel meanwhile.
   */
  public static List<TimelineBar> of(Trace trace, long fromNs, long untilNs) {
    List<TimelineBar> bars = new ArrayList<>();
    for (WorkEvent event : trace.works()) {
      bars.add(
          new TimelineBar(
              event.role(),
              activity(event),
              event.startNs(),
              event.endNs(),
              event.work().session(),
              event.work().layer()));
    }
    for (MessageEvent message : trace.messages()) {
      Activity activity = transfer(message.kind());
      if (activity != null) {
        bars.add(
            new TimelineBar(
                message.from(),
                activity,
                message.sentNs(),
                message.arrivedNs(),
                message.session(),
                message.layer()));
      }
    }
    addWaits(trace, bars);
    return bars.stream()
        .filter(bar -> bar.untilNs() > fromNs && bar.fromNs() < untilNs)
        .sorted(
            Comparator.comparing(TimelineBar::role)
                .thenComparingLong(TimelineBar::fromNs)
                .thenComparingLong(TimelineBar::untilNs))
        .toList();
  }

  private static Activity activity(WorkEvent event) {
    if (event.work().session() < 0) {
      return Activity.SETUP;
    }
    return event.urgency() == Urgency.ONLINE ? Activity.ONLINE : Activity.OFFLINE;
  }

  private static Activity transfer(MessageKind kind) {
    return switch (kind) {
      case INPUT_SHARE, OUTPUT_SHARE, OPENING -> Activity.ONLINE_TRANSFER;
      case CORRECTION, WEIGHT_OPENING -> Activity.OFFLINE_TRANSFER;
      default -> null;
    };
  }

  /**
   * A step waits for its peer from the sending of its own opening to the arrival of the peer's. It
   * waited for its correlation if that was prepared only after the party's last online work for the
   * inference before the step: from the one to the other.
   */
  private static void addWaits(Trace trace, List<TimelineBar> bars) {
    Map<Step, Long> preparedNs = new HashMap<>();
    for (WorkEvent event : trace.works()) {
      if (event.work().kind() == Work.Kind.PREPARE) {
        preparedNs.put(
            new Step(event.role(), event.work().session(), event.work().layer(), 0), event.endNs());
      }
    }
    Map<Step, Long> arrivedNs = new HashMap<>();
    for (MessageEvent message : trace.messages()) {
      if (message.kind() == MessageKind.OPENING) {
        arrivedNs.put(
            new Step(message.to(), message.session(), message.layer(), message.step()),
            message.arrivedNs());
      }
    }
    for (MessageEvent message : trace.messages()) {
      if (message.kind() != MessageKind.OPENING) {
        continue;
      }
      Step step = new Step(message.from(), message.session(), message.layer(), message.step());
      long sentNs = message.sentNs();
      long peerNs = arrivedNs.getOrDefault(step, sentNs);
      if (peerNs > sentNs) {
        bars.add(bar(step, Activity.WAIT_PEER, sentNs, peerNs));
      }
      Long readyNs = preparedNs.get(step);
      if (readyNs != null) {
        long sinceNs = lastOnlineEndNs(trace, step, sentNs);
        if (sinceNs < readyNs) {
          bars.add(bar(step, Activity.WAIT_CORRELATION, sinceNs, readyNs));
        }
      }
    }
  }

  private static TimelineBar bar(Step step, Activity activity, long fromNs, long untilNs) {
    return new TimelineBar(step.role(), activity, fromNs, untilNs, step.session(), step.layer());
  }

  /** When the party last ended online work for the inference other than for the step itself. */
  private static long lastOnlineEndNs(Trace trace, Step step, long nowNs) {
    return trace.works().stream()
        .filter(event -> event.role().equals(step.role()))
        .filter(event -> event.work().session() == step.session())
        .filter(event -> event.urgency() == Urgency.ONLINE && event.endNs() <= nowNs)
        .filter(event -> event.work().layer() != step.layer())
        .mapToLong(WorkEvent::endNs)
        .max()
        .orElseGet(() -> admittedNs(trace, step, nowNs));
  }

  /** Returns the first layer has its input as soon as the client's half is here. */
  private static long admittedNs(Trace trace, Step step, long nowNs) {
    return trace.messages().stream()
        .filter(message -> message.kind() == MessageKind.INPUT_SHARE)
        .filter(message -> message.to().equals(step.role()) && message.arrivedNs() <= nowNs)
        .mapToLong(MessageEvent::arrivedNs)
        .skip(step.session())
        .findFirst()
        .orElse(nowNs);
  }
}
