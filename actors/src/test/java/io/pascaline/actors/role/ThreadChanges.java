// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.compute.TaskEvent;
import io.pascaline.actors.compute.Work;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.trace.MessageDecoded;
import io.pascaline.transport.trace.MessageEncoded;
import io.pascaline.transport.trace.MessageQueued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Counts the thread changes from the arrival of an opening to the departure of the next one, in a
 * flight recording of networks whose layers form a chain.
 */
final class ThreadChanges {
  private static final List<String> EVENTS =
      List.of(TaskEvent.NAME, MessageDecoded.NAME, MessageQueued.NAME, MessageEncoded.NAME);

  /** One path: what happened on it, each with its thread. */
  record Passage(List<String> steps, int changeCount) {}

  private record Inference(String node, long session) {}

  private ThreadChanges() {}

  /** Work whose openings are recorded. */
  interface Recorded {
    void run() throws Exception;
  }

  /** Returns the paths of all inferences of the work at both parties. */
  static List<Passage> of(Recorded work) throws Exception {
    Path file = Files.createTempFile("openings", ".jfr");
    try (Recording recording = new Recording()) {
      EVENTS.forEach(recording::enable);
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
      return passages(file);
    } finally {
      Files.delete(file);
    }
  }

  /** Returns how many passages have how many changes. */
  static Map<Integer, Long> histogram(List<Passage> passages) {
    Map<Integer, Long> counts = new TreeMap<>();
    passages.forEach(passage -> counts.merge(passage.changeCount(), 1L, Long::sum));
    return counts;
  }

  private static List<Passage> passages(Path file) throws IOException {
    Map<Inference, List<RecordedEvent>> inferences = new LinkedHashMap<>();
    RecordingFile.readAllEvents(file).stream()
        .filter(ThreadChanges::isOnline)
        .sorted(Comparator.comparing(ThreadChanges::time))
        .forEach(
            event ->
                inferences
                    .computeIfAbsent(
                        new Inference(event.getString("node"), event.getLong("session")),
                        key -> new ArrayList<>())
                    .add(event));
    List<Passage> passages = new ArrayList<>();
    inferences.values().forEach(events -> addPassages(events, passages));
    return passages;
  }

  private static boolean isOnline(RecordedEvent event) {
    return event.getLong("session") >= 0
        && (is(TaskEvent.NAME, event)
            ? event.getBoolean("online")
            : event.getString("kind").equals(LinkMessage.Kind.MASKED_TENSOR.name()));
  }

  /** Returns when a task's thread has it, at the start, or when a message is there or gone. */
  private static Instant time(RecordedEvent event) {
    return is(TaskEvent.NAME, event) ? event.getStartTime() : event.getEndTime();
  }

  private static boolean is(String name, RecordedEvent event) {
    return event.getEventType().getName().equals(name);
  }

  /**
   * Adds the paths that the arrival of an opening begins, where the layer had opened before: else
   * the arrival is not what the party waited for.
   */
  private static void addPassages(List<RecordedEvent> events, List<Passage> passages) {
    for (int arrival = 0; arrival < events.size(); arrival++) {
      long layer = events.get(arrival).getLong("layer");
      if (is(MessageDecoded.NAME, events.get(arrival))
          && events.subList(0, arrival).stream()
              .anyMatch(
                  event -> is(MessageQueued.NAME, event) && event.getLong("layer") == layer)) {
        List<RecordedEvent> path = pathFrom(events.subList(arrival, events.size()), layer);
        if (is(MessageEncoded.NAME, path.get(path.size() - 1))) {
          passages.add(passage(path));
        }
      }
    }
  }

  /** Returns what happens from the first event on to the layer, and those after it up to one. */
  private static List<RecordedEvent> pathFrom(List<RecordedEvent> events, long first) {
    List<RecordedEvent> path = new ArrayList<>(List.of(events.get(0)));
    long layer = first;
    for (RecordedEvent event : events) {
      boolean isTask = is(TaskEvent.NAME, event);
      boolean isRound = isTask && event.getString("kind").equals(Work.Kind.ROUND.name());
      if (isTask && !isRound && event.getLong("layer") == layer + 1) {
        layer++;
      }
      boolean isOfNext = layer > first && !isRound && !is(MessageDecoded.NAME, event);
      if (event.getLong("layer") == layer && (layer == first ? isRound : isOfNext)) {
        path.add(event);
        if (is(MessageEncoded.NAME, event)) {
          break;
        }
      }
    }
    return path;
  }

  private static Passage passage(List<RecordedEvent> path) {
    List<String> steps = new ArrayList<>();
    int changeCount = 0;
    for (int i = 0; i < path.size(); i++) {
      RecordedEvent event = path.get(i);
      if (i > 0
          && path.get(i - 1).getThread().getJavaThreadId() != event.getThread().getJavaThreadId()) {
        changeCount++;
      }
      steps.add(
          event.getEventType().getLabel()
              + " "
              + event.getString("kind")
              + " of layer "
              + event.getLong("layer")
              + " on "
              + event.getThread().getJavaName());
    }
    return new Passage(steps, changeCount);
  }
}
