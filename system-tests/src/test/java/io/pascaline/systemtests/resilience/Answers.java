// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What all clients of a deployment were answered, each answer held against its meaning, and how
 * long after a kill those ended that were not. Thread-safe.
 */
final class Answers {
  private static final int MAX_LISTED = 20;
  private static final long NANOS_PER_MS = 1_000_000;

  /** One in this many answers is also compared with another image, which it must not fit. */
  private static final int CONTROL_EVERY = 16;

  private final SmallNetwork network;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Map<Member, Long> answersOf = new TreeMap<>();

  /** When what is not answered yet was asked, by image. */
  private final Map<Member, Map<Long, Long>> open = new EnumMap<>(Member.class);

  private long lastKillNs = System.nanoTime();
  private long answers;
  private long wrong;
  private long controls;
  private long slowestFailureMs;

  Answers(SmallNetwork network) {
    this.network = network;
  }

  /** Takes a line that a {@link LoadClient} printed. */
  void onLine(Member client, String line) {
    long nowNs = System.nanoTime();
    String[] words = line.split(" ");
    switch (words[0]) {
      case "asked" -> onAsked(client, Long.parseLong(words[1]), nowNs);
      case "answer" -> onAnswer(client, Long.parseLong(words[1]), logits(words));
      case "failed" -> onFailure(client, words[1], Long.parseLong(words[2]), nowNs, line);
      default -> {} // It says that it is up.
    }
  }

  private static int[] logits(String[] words) {
    int[] logits = new int[words.length - 3];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = Integer.parseInt(words[i + 3]);
    }
    return logits;
  }

  private synchronized void onAsked(Member client, long image, long nowNs) {
    open.computeIfAbsent(client, member -> new HashMap<>()).put(image, nowNs);
  }

  private void onAnswer(Member client, long image, int[] logits) {
    String fault = network.faultOf(image, logits);
    boolean isControl = image % CONTROL_EVERY == 0;
    boolean fitsAnother = isControl && network.faultOf(network.unlike(image), logits) == null;
    synchronized (this) {
      answers++;
      answersOf.merge(client, 1L, Long::sum);
      open.get(client).remove(image);
      if (fault != null) {
        wrong++;
        note("wrong answer: " + fault);
      }
      controls += isControl ? 1 : 0;
      if (fitsAnother) {
        note("the answer for image " + image + " passes for one of another image");
      }
      notifyAll();
    }
  }

  private synchronized void onFailure(
      Member client, String reason, long image, long nowNs, String line) {
    long askedNs = open.get(client).remove(image);
    failures.merge(reason, 1, Integer::sum);
    long sinceKillMs = (nowNs - Math.max(askedNs, lastKillNs)) / NANOS_PER_MS;
    slowestFailureMs = Math.max(slowestFailureMs, sinceKillMs);
    // What a crash of others can never be a reason for. Deadlines are longer than any outage.
    if (reason.equals("INTERNAL")
        || reason.equals("PROTOCOL_VIOLATION")
        || reason.equals("DEADLINE")
        || reason.equals("UNTYPED")) {
      note("a request ended with " + line);
    }
    notifyAll();
  }

  /** A process is about to be killed. */
  synchronized void onKill(Member member) {
    if (!member.isClient()) {
      lastKillNs = System.nanoTime();
    }
  }

  /** A process was killed, and all that it printed has been read: it waits for nothing more. */
  synchronized void onKilled(Member member) {
    open.remove(member);
  }

  private void note(String fault) {
    if (faults.size() < MAX_LISTED) {
      faults.add(fault);
    }
  }

  /** Answers so far. */
  synchronized long count() {
    return answers;
  }

  /** Answers that one client got so far, over all its lives. */
  synchronized long count(Member client) {
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

  /** Answers that were also held against another image. */
  synchronized long controls() {
    return controls;
  }

  /**
   * Returns the longest that a request which failed took to end, in milliseconds, from when it was
   * asked or from the last kill of a role that serves, whichever came later.
   */
  synchronized long slowestFailureMs() {
    return slowestFailureMs;
  }

  /** Everything that must not be, at most twenty lines. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * Waits until there are that many answers.
   *
   * @param client whose; null for all together
   * @return false if the time is up before
   */
  synchronized boolean await(Member client, long count, long timeoutMs)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while ((client == null ? answers : answersOf.getOrDefault(client, 0L)) < count) {
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    return true;
  }

  /**
   * Waits until all that was asked before a time, by {@link System#nanoTime}, has ended, one way or
   * the other.
   *
   * @return false if the time is up before
   */
  synchronized boolean awaitEndOfAllBefore(long askedNs, long timeoutMs)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (open.values().stream()
        .flatMap(images -> images.values().stream())
        .anyMatch(sinceNs -> sinceNs - askedNs < 0)) {
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    return true;
  }
}
