// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.compute.TaskEvent;
import io.pascaline.transport.trace.MessageDecoded;
import io.pascaline.transport.trace.MessageEncoded;
import io.pascaline.transport.trace.MessageQueued;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Reads from a recording what each measured inference did when. Inferences must have been measured
 * one at a time: whatever lies between question and answer belongs to that inference.
 */
final class InferenceRecording {
  /** Stop-the-world pauses, of every collector. */
  static final String PAUSE = "jdk.GCPhasePause";

  /** What a thread has allocated since it began, at both ends of the recording. */
  static final String ALLOCATION = "jdk.ThreadAllocationStatistics";

  /** The spans of events; those of the inferences themselves are kept apart. */
  private static final Map<String, Span.Event> EVENTS =
      Map.of(
          TaskEvent.NAME,
          Span.Event.TASK,
          MessageQueued.NAME,
          Span.Event.QUEUED,
          MessageEncoded.NAME,
          Span.Event.ENCODED,
          MessageDecoded.NAME,
          Span.Event.DECODED,
          PAUSE,
          Span.Event.PAUSE);

  private final List<RecordedEvent> inferences = new ArrayList<>();
  private final NavigableMap<Long, List<Span>> spans = new TreeMap<>();
  private final Map<Long, LongSummaryStatistics> allocatedBytes = new HashMap<>();

  private InferenceRecording() {}

  /**
   * Reads a recording of all roles of this process.
   *
   * @param file what the Flight Recorder wrote
   * @return what it says
   * @throws IOException if the file cannot be read
   */
  static InferenceRecording read(Path file) throws IOException {
    InferenceRecording recording = new InferenceRecording();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        recording.add(events.readEvent());
      }
    }
    return recording;
  }

  private void add(RecordedEvent event) {
    String name = event.getEventType().getName();
    if (name.equals(InferenceEvent.NAME)) {
      inferences.add(event);
    } else if (name.equals(ALLOCATION)) {
      allocatedBytes
          .computeIfAbsent(event.getThread("thread").getId(), thread -> new LongSummaryStatistics())
          .accept(event.getLong("allocated"));
    } else if (name.equals(PAUSE)) {
      add(event, null, null, -1, -1);
    } else if (EVENTS.containsKey(name)
        && !(name.equals(TaskEvent.NAME) && !event.getBoolean("online"))) {
      add(
          event,
          event.getString("node"),
          event.getString("kind"),
          event.getLong("layer"),
          event.getLong("step"));
    }
  }

  private void add(RecordedEvent event, String node, String kind, long layer, long round) {
    long untilNs = ns(event.getEndTime());
    spans
        .computeIfAbsent(untilNs, key -> new ArrayList<>())
        .add(
            new Span(
                EVENTS.get(event.getEventType().getName()),
                node,
                kind,
                layer,
                round,
                ns(event.getStartTime()),
                untilNs));
  }

  private static long ns(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  /** Returns what all threads allocated during the recording. */
  long allocatedBytes() {
    return allocatedBytes.values().stream()
        .mapToLong(bytes -> bytes.getMax() - bytes.getMin())
        .sum();
  }

  /**
   * Returns where the time of each inference went, in the order of their questions.
   *
   * @param timeline the rules that divide them
   */
  List<Breakdown> breakdowns(Timeline timeline) {
    inferences.sort(Comparator.comparing(RecordedEvent::getStartTime));
    List<Breakdown> breakdowns = new ArrayList<>();
    for (RecordedEvent inference : inferences) {
      long fromNs = ns(inference.getStartTime());
      long untilNs = ns(inference.getEndTime());
      List<Span> within =
          spans.subMap(fromNs, true, untilNs, true).values().stream()
              .flatMap(List::stream)
              .toList();
      breakdowns.add(timeline.breakdown(fromNs, untilNs, within));
    }
    return breakdowns;
  }
}
