// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.compute.TaskEvent;
import io.pascaline.cli.run.Latencies;
import io.pascaline.transport.trace.MessageDecoded;
import io.pascaline.transport.trace.MessageEncoded;
import io.pascaline.transport.trace.MessageEvent;
import io.pascaline.transport.trace.MessageQueued;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
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

  /** What the spans of events are of; measured inferences are kept apart. */
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

  /**
   * One measured inference.
   *
   * @param fromNs when it was requested
   * @param untilNs when it was answered
   */
  record Measured(long fromNs, long untilNs) {}

  private final List<Measured> measured = new ArrayList<>();
  private final NavigableMap<Long, List<RecordedSpan>> spans = new TreeMap<>();
  private final Map<String, List<RecordedSpan>> byRequest = new HashMap<>();
  private final Map<Long, List<RecordedSpan>> bySession = new HashMap<>();
  private final Map<Long, LongSummaryStatistics> allocatedBytes = new HashMap<>();
  private final Latencies oneThread = new Latencies();
  private final Latencies allCores = new Latencies();

  private InferenceRecording() {}

  /**
   * Reads a recording of all roles of one process.
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
    recording.measured.sort(Comparator.comparingLong(Measured::fromNs));
    return recording;
  }

  /**
   * Makes a recording of what is known otherwise.
   *
   * @param measured inferences in the order of their questions
   * @param spans in any order
   */
  static InferenceRecording of(List<Measured> measured, List<RecordedSpan> spans) {
    InferenceRecording recording = new InferenceRecording();
    recording.measured.addAll(measured);
    spans.forEach(recording::add);
    return recording;
  }

  private void add(RecordedEvent event) {
    String name = event.getEventType().getName();
    switch (name) {
      case InferenceEvent.NAME ->
          measured.add(new Measured(ns(event.getStartTime()), ns(event.getEndTime())));
      case PlaintextEvent.NAME ->
          (event.getBoolean("allCores") ? allCores : oneThread).add(event.getDuration().toNanos());
      case ALLOCATION ->
          allocatedBytes
              .computeIfAbsent(
                  event.getThread("thread").getId(), thread -> new LongSummaryStatistics())
              .accept(event.getLong("allocated"));
      case PAUSE -> add(span(event, null, null, -1, -1), MessageEvent.NONE, null, null);
      case TaskEvent.NAME -> {
        if (event.getBoolean("online")) {
          add(ofRole(event), event.getLong("session"), null, null);
        }
      }
      case MessageQueued.NAME, MessageEncoded.NAME, MessageDecoded.NAME ->
          add(
              ofRole(event),
              event.getLong("session"),
              textOrNull(event, "request"),
              textOrNull(event, "remote"));
      default -> {}
    }
  }

  /** Returns null also for a field that the release that was recorded does not have. */
  private static String textOrNull(RecordedEvent event, String field) {
    return event.hasField(field) ? event.getString(field) : null;
  }

  private void add(Span span, long session, String requestOrNull, String remoteOrNull) {
    add(new RecordedSpan(span, session, requestOrNull, remoteOrNull));
  }

  private void add(RecordedSpan recorded) {
    spans.computeIfAbsent(recorded.span().untilNs(), key -> new ArrayList<>()).add(recorded);
    if (recorded.requestOrNull() != null) {
      byRequest.computeIfAbsent(recorded.requestOrNull(), key -> new ArrayList<>()).add(recorded);
    } else if (recorded.isOfSession()) {
      bySession.computeIfAbsent(recorded.session(), key -> new ArrayList<>()).add(recorded);
    }
  }

  private static Span ofRole(RecordedEvent event) {
    return span(
        event,
        event.getString("node"),
        event.getString("kind"),
        event.getLong("layer"),
        event.getLong("step"));
  }

  private static Span span(RecordedEvent event, String node, String kind, long layer, long round) {
    return new Span(
        EVENTS.get(event.getEventType().getName()),
        node,
        kind,
        layer,
        round,
        ns(event.getStartTime()),
        ns(event.getEndTime()));
  }

  private static long ns(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  /** Returns the measured inferences in the order of their questions. */
  List<Measured> measured() {
    return Collections.unmodifiableList(measured);
  }

  /** Returns the times of the same images on ONNX Runtime with one thread, if it ran. */
  Latencies oneThread() {
    return oneThread;
  }

  /** Returns the same with one thread per core. */
  Latencies allCores() {
    return allCores;
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
    return measured.stream()
        .map(
            inference ->
                timeline.breakdown(
                    inference.fromNs(),
                    inference.untilNs(),
                    between(inference.fromNs(), inference.untilNs())
                        .map(RecordedSpan::span)
                        .toList()))
        .toList();
  }

  /** Returns what ended in that time at one role, and the pauses of its JVM. */
  List<RecordedSpan> within(long fromNs, long untilNs, String node) {
    return between(fromNs, untilNs).filter(recorded -> isAt(recorded, node)).toList();
  }

  /**
   * Returns what one role did for a request: the messages that name it, the work and the openings
   * of its session, and the pauses meanwhile; nothing if the request has no session here. Another
   * epoch may have a session of the same number, at another time.
   *
   * @param request the client's name for it
   * @param node the role
   * @param slackNs how long before and after its shares the rest can be
   */
  List<RecordedSpan> ofRequest(String request, String node, long slackNs) {
    List<RecordedSpan> named =
        byRequest.getOrDefault(request, List.of()).stream()
            .filter(recorded -> isAt(recorded, node))
            .toList();
    OptionalLong session = named.stream().mapToLong(RecordedSpan::session).max();
    if (session.isEmpty() || session.getAsLong() < 0) {
      return List.of();
    }
    long fromNs = named.stream().mapToLong(one -> one.span().fromNs()).min().getAsLong() - slackNs;
    long untilNs =
        named.stream().mapToLong(one -> one.span().untilNs()).max().getAsLong() + slackNs;
    List<RecordedSpan> all = new ArrayList<>(named);
    bySession.getOrDefault(session.getAsLong(), List.of()).stream()
        .filter(recorded -> isAt(recorded, node))
        .filter(recorded -> recorded.span().untilNs() >= fromNs)
        .filter(recorded -> recorded.span().untilNs() <= untilNs)
        .forEach(all::add);
    between(fromNs, untilNs)
        .filter(recorded -> recorded.span().event() == Span.Event.PAUSE)
        .forEach(all::add);
    return all;
  }

  private static boolean isAt(RecordedSpan recorded, String node) {
    return recorded.span().event() == Span.Event.PAUSE || node.equals(recorded.span().node());
  }

  private Stream<RecordedSpan> between(long fromNs, long untilNs) {
    return spans.subMap(fromNs, true, untilNs, true).values().stream().flatMap(List::stream);
  }
}
