// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The requests to {@link PrivateInference} that came before its service was up. Each waits until
 * its deadline at most, and a bounded number of them does. Owned by the actor; not thread-safe.
 */
final class EarlyRequests {
  private static final int MAX = 1024;

  private final TimerScheduler<PrivateInference.Command> timers;
  private final Set<Early> waiting = new LinkedHashSet<>();

  /** One of them. Two that look alike are two. */
  static final class Early {
    private final PrivateInference.Command message;
    private final ActorRef<PrivateInference.Reply> replyTo;
    private final long deadlineNs;

    private Early(
        PrivateInference.Command message,
        ActorRef<PrivateInference.Reply> replyTo,
        long deadlineNs) {
      this.message = message;
      this.replyTo = replyTo;
      this.deadlineNs = deadlineNs;
    }
  }

  /** Begins with none; the timers tell the actor of each whose deadline has come. */
  EarlyRequests(TimerScheduler<PrivateInference.Command> timers) {
    this.timers = timers;
  }

  /** Keeps a request; false if there is no room. */
  boolean keep(
      PrivateInference.Command message,
      ActorRef<PrivateInference.Reply> replyTo,
      Duration deadline) {
    if (waiting.size() >= MAX) {
      return false;
    }
    Early added = new Early(message, replyTo, System.nanoTime() + deadline.toNanos());
    timers.startSingleTimer(added, new PrivateInference.Expired(added), deadline);
    return waiting.add(added);
  }

  /** Refuses one whose deadline has come, if it waits still. */
  void expire(Early early) {
    if (waiting.remove(early)) {
      early.replyTo.tell(tooLate());
    }
  }

  /** Hands over each, with what is left of its deadline, and keeps none. */
  void replay(BiConsumer<PrivateInference.Command, Duration> receiver) {
    List<Early> waited = List.copyOf(waiting);
    waiting.clear();
    for (Early one : waited) {
      timers.cancel(one);
      Duration left = Duration.ofNanos(one.deadlineNs - System.nanoTime());
      if (left.toMillis() < 1) {
        one.replyTo.tell(tooLate());
      } else {
        receiver.accept(one.message, left);
      }
    }
  }

  /** Refuses all. */
  void refuse(PrivateInference.Refused refusal) {
    waiting.forEach(early -> early.replyTo.tell(refusal));
    waiting.clear();
  }

  private static PrivateInference.Refused tooLate() {
    return new PrivateInference.Refused(
        AbortReason.DEADLINE, "the service did not start in time", 0);
  }
}
