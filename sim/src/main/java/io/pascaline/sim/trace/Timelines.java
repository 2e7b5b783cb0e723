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
import java.util.stream.Collectors;

/** Reads from a trace what each role did when. */
public final class Timelines {
  private static final String PARTY_1 = "party 1";

  private Timelines() {}

  private record Session(String role, int epoch, long number) {}

  /** The sessions of one number in all epochs. */
  private record RoleSession(String role, long number) {}

  private record Round(Session session, int layer, int number) {}

  /**
   * Returns the bars that touch a stretch of time, by role and time. Bars of one role may lie over
   * each other: cores work side by side, and bytes travel meanwhile.
   *
   * @param outages bars of the outages that were simulated
   */
  public static List<TimelineBar> of(
      Trace trace, List<TimelineBar> outages, long fromNs, long untilNs) {
    List<TimelineBar> bars = new ArrayList<>(outages);
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
   * A round waits for its peer from the sending of its own opening to the arrival of the peer's,
   * and party 1 waits for party 0 until it knows its session's number. A round waited for its
   * correlation if that was prepared only after the party's last online work for the inference
   * before the round: from the one to the other.
   */
  private static void addWaits(Trace trace, List<TimelineBar> bars) {
    Map<Round, Long> arrivedNs = new HashMap<>();
    for (MessageEvent message : trace.messages()) {
      if (message.kind() == MessageKind.OPENING) {
        arrivedNs.put(round(message, message.to()), message.arrivedNs());
      }
    }
    Map<Session, Long> admittedNs = admissions(trace, bars);
    Map<RoleSession, List<WorkEvent>> works =
        trace.works().stream()
            .collect(
                Collectors.groupingBy(
                    event -> new RoleSession(event.role(), event.work().session())));
    for (MessageEvent message : trace.messages()) {
      if (message.kind() != MessageKind.OPENING) {
        continue;
      }
      Round round = round(message, message.from());
      long sentNs = message.sentNs();
      long peerNs = arrivedNs.getOrDefault(round, sentNs);
      if (peerNs > sentNs) {
        bars.add(bar(round, Activity.WAIT_PEER, sentNs, peerNs));
      }
      List<WorkEvent> own =
          works.getOrDefault(new RoleSession(message.from(), message.session()), List.of());
      long sinceNs =
          Math.max(
              admittedNs.getOrDefault(round.session(), sentNs),
              lastOnlineEndNs(own, round, sentNs));
      long readyNs = preparedNs(own, round, sentNs);
      if (message.round() == 0 && sinceNs < readyNs) {
        bars.add(bar(round, Activity.WAIT_CORRELATION, sinceNs, readyNs));
      }
    }
  }

  /**
   * Returns when each party's part of a session could begin, and adds the wait of party 1 for the
   * session's number.
   */
  private static Map<Session, Long> admissions(Trace trace, List<TimelineBar> bars) {
    Map<Integer, Long> inputNs = new HashMap<>();
    for (MessageEvent message : trace.messages()) {
      if (message.kind() == MessageKind.INPUT_SHARE && message.to().equals(PARTY_1)) {
        inputNs.put(message.request(), message.arrivedNs());
      }
    }
    Map<Session, Long> admittedNs = new HashMap<>();
    for (MessageEvent message : trace.messages()) {
      if (message.kind() != MessageKind.SESSION_OPEN) {
        continue;
      }
      Session near = new Session(message.from(), message.epoch(), message.session());
      Session far = new Session(message.to(), message.epoch(), message.session());
      long farInputNs = inputNs.getOrDefault(message.request(), message.arrivedNs());
      admittedNs.put(near, message.sentNs());
      admittedNs.put(far, Math.max(farInputNs, message.arrivedNs()));
      if (farInputNs < message.arrivedNs()) {
        bars.add(
            new TimelineBar(
                message.to(),
                Activity.WAIT_PEER,
                farInputNs,
                message.arrivedNs(),
                message.session(),
                MessageEvent.NONE));
      }
    }
    return admittedNs;
  }

  private static Round round(MessageEvent message, String role) {
    return new Round(
        new Session(role, message.epoch(), message.session()), message.layer(), message.round());
  }

  private static TimelineBar bar(Round round, Activity activity, long fromNs, long untilNs) {
    return new TimelineBar(
        round.session().role(), activity, fromNs, untilNs, round.session().number(), round.layer());
  }

  /**
   * Returns when the correlation was prepared that the party used by then, or a time before all.
   */
  private static long preparedNs(List<WorkEvent> works, Round round, long nowNs) {
    return works.stream()
        .filter(event -> event.work().kind() == Work.Kind.PREPARE && event.endNs() <= nowNs)
        .filter(event -> event.work().layer() == round.layer())
        .mapToLong(WorkEvent::endNs)
        .max()
        .orElse(MessageEvent.NONE);
  }

  /** Returns when the party last ended online work for the inference in another layer. */
  private static long lastOnlineEndNs(List<WorkEvent> works, Round round, long nowNs) {
    return works.stream()
        .filter(event -> event.urgency() == Urgency.ONLINE && event.endNs() <= nowNs)
        .filter(event -> event.work().layer() != round.layer())
        .mapToLong(WorkEvent::endNs)
        .max()
        .orElse(MessageEvent.NONE);
  }
}
