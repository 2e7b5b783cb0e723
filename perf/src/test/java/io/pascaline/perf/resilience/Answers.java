package io.pascaline.perf.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What all clients of a deployment were answered, each answer held against its meaning. */
final class Answers {
  private static final int MAX_LISTED = 20;

  private final SmallNetwork network;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Map<Member, Long> answersOf = new TreeMap<>();
  private long answers;
  private long wrong;
  private long slowestFailureMs;

  Answers(final SmallNetwork network) {
    this.network = network;
  }

  /** Takes a line that a {@link LoadClient} printed. */
  void onLine(final Member client, final String line) {
    final String[] words = line.split(" ");
    if (words[0].equals("answer")) {
      final int[] logits = new int[words.length - 3];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = Integer.parseInt(words[i + 3]);
      }
      final String fault = network.faultOf(Long.parseLong(words[1]), logits);
      onAnswer(client, fault);
    } else if (words[0].equals("failed")) {
      onFailure(words[1], Long.parseLong(words[2]), line);
    }
  }

  private synchronized void onAnswer(final Member client, final String fault) {
    answers++;
    answersOf.merge(client, 1L, Long::sum);
    if (fault != null) {
      wrong++;
      note("wrong answer: " + fault);
    }
    notifyAll();
  }

  private synchronized void onFailure(final String reason, final long tookMs, final String line) {
    failures.merge(reason, 1, Integer::sum);
    slowestFailureMs = Math.max(slowestFailureMs, tookMs);
    // What a crash of others can never be a reason for.
    if (reason.equals("INTERNAL")
        || reason.equals("PROTOCOL_VIOLATION")
        || reason.equals("UNTYPED")) {
      note("a request ended with " + line);
    }
  }

  private void note(final String fault) {
    if (faults.size() < MAX_LISTED) {
      faults.add(fault);
    }
  }

  /** Answers so far. */
  synchronized long count() {
    return answers;
  }

  /** Answers that one client got so far, over all its lives. */
  synchronized long count(final Member client) {
    return answersOf.getOrDefault(client, 0L);
  }

  /** Wrong answers so far. */
  synchronized long wrong() {
    return wrong;
  }

  /** Requests that ended without an answer, by reason. */
  synchronized Map<String, Integer> failures() {
    return new TreeMap<>(failures);
  }

  /** The longest time from a request to its end without an answer, in milliseconds. */
  synchronized long slowestFailureMs() {
    return slowestFailureMs;
  }

  /** Everything that must not be, at most twenty lines. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * Waits until there are so many answers.
   *
   * @param client whose; null for all together
   * @return false if the time is up before
   */
  synchronized boolean await(final Member client, final long count, final long timeoutMs)
      throws InterruptedException {
    final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while ((client == null ? answers : answersOf.getOrDefault(client, 0L)) < count) {
      final long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    return true;
  }
}
