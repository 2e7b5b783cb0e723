// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Client;
import io.pascaline.layers.canary.Canary;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws which sessions of a client are canaries, and judges their answers. Thread-safe.
 *
 * <p>Each session is a canary with the same probability, drawn when it is sent, whatever was sent
 * before. A session of canaries has as many images, and the deadline, of the one that waits for it.
 * So the parties learn nothing about which it is, and what they answer to a canary they would have
 * answered to anybody. Of the answers that are wrong, the client finds this fraction, and expects
 * 1/rate - 1 wrong answers before.
 */
final class CanaryAudit {
  /** A client that sends more than this is made of canaries. */
  static final double MAX_RATE = 0.5;

  private final CanarySet setOrNull;
  private final double rate;
  private final SecureRandom random;
  private long right;
  private long wrong;
  private long unanswered;
  private long sessions;

  /** Images that were answered since a canary was last answered rightly. */
  private long unchecked;

  private WrongAnswer evidence;

  private CanaryAudit(CanarySet setOrNull, double rate, SecureRandom random, boolean checked) {
    this.setOrNull = setOrNull;
    this.rate = rate;
    this.random = random;
    if (checked && !(rate > 0 && rate <= MAX_RATE)) {
      throw new IllegalArgumentException(
          "the rate of canaries must be above 0 and at most " + MAX_RATE + ": " + rate);
    }
  }

  /**
   * Begins with no answer.
   *
   * @param rate the probability that a session is a canary
   * @param random draws which
   * @throws IllegalArgumentException if the rate is out of range
   */
  CanaryAudit(CanarySet set, double rate, SecureRandom random) {
    this(set, rate, random, true);
  }

  /** Returns that no session is a canary. */
  static CanaryAudit none() {
    return new CanaryAudit(null, 0, null, false);
  }

  /**
   * Returns this.
   *
   * @throws IllegalArgumentException if the canaries are of another plan
   */
  CanaryAudit forPlan(NetworkPlan plan) {
    if (setOrNull != null) {
      setOrNull.requireFor(plan);
    }
    return this;
  }

  /**
   * Draws what the next session is.
   *
   * @param imageCount images of the session that waits for its turn
   * @return that many canaries; none if it is that session's turn
   * @throws WrongAnswerException if a canary was answered wrongly before
   */
  synchronized List<Canary> draw(int imageCount) {
    requireTrusted();
    List<Canary> canaries = new ArrayList<>();
    if (setOrNull != null && random.nextDouble() < rate) {
      List<Canary> all = setOrNull.canaries();
      for (int image = 0; image < imageCount; image++) {
        canaries.add(all.get(random.nextInt(all.size())));
      }
    }
    return canaries;
  }

  /**
   * Judges the answer of a session of canaries.
   *
   * @throws WrongAnswerException if it is wrong, or another one was before
   */
  synchronized void judge(List<Canary> canaries, Client.Reply reply) {
    sessions++;
    if (reply instanceof Client.Answered answered) {
      for (int image = 0; image < canaries.size(); image++) {
        judge(canaries.get(image), answered, answered.outputs().get(image));
      }
    } else {
      unanswered += canaries.size();
    }
    requireTrusted();
  }

  private void judge(Canary canary, Client.Answered answered, int[] received) {
    if (canary.isAnsweredBy(received)) {
      right++;
      if (wrong == 0) {
        unchecked = 0;
      }
      return;
    }
    wrong++;
    if (evidence == null) {
      evidence =
          new WrongAnswer(
              canary.id(),
              canary.expected().clone(),
              received.clone(),
              canary.toleranceUlps(),
              canary.firstWrongElement(received),
              answered.request().toString(),
              unchecked);
    }
  }

  /**
   * Returns the reply to a request.
   *
   * @throws WrongAnswerException if a canary was answered wrongly before
   */
  synchronized Client.Reply pass(Client.Reply reply) {
    requireTrusted();
    if (reply instanceof Client.Answered answered) {
      unchecked += answered.outputs().size();
    }
    return reply;
  }

  private void requireTrusted() {
    if (evidence != null) {
      throw new WrongAnswerException(evidence);
    }
  }

  synchronized CanaryCounts counts() {
    return new CanaryCounts(right, wrong, unanswered, sessions);
  }
}
