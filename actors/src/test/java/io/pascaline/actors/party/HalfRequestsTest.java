// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HalfRequestsTest {
  private static final long TIMEOUT_MS = 100;

  private final List<Duration> wakes = new ArrayList<>();
  private long nowNs = 7;
  private final HalfRequests halves = new HalfRequests(TIMEOUT_MS, () -> nowNs, wakes::add);

  private static RequestId request(int number) {
    return new RequestId(number, number);
  }

  private void after(long ms) {
    nowNs += TimeUnit.MILLISECONDS.toNanos(ms);
  }

  @Test
  void shouldNameWhatHasWaitedLongEnoughAndNothingElse() {
    halves.began(request(1));
    after(60);
    halves.began(request(2));
    halves.began(request(3));
    after(40);
    assertEquals(List.of(request(1)), halves.takeDue());
    halves.ended(request(2));
    after(60);
    assertEquals(List.of(request(3)), halves.takeDue());
    assertEquals(List.of(), halves.takeDue());
  }

  @Test
  void shouldWaitAnewForWhatIsWaitedForAgain() {
    halves.began(request(1));
    halves.began(request(2));
    after(50);
    halves.began(request(1));
    after(50);
    assertEquals(List.of(request(2)), halves.takeDue());
    after(50);
    assertEquals(List.of(request(1)), halves.takeDue());
  }

  /** A wake for each request would make as many timers as there are requests in the time. */
  @Test
  void shouldAskForOneWakeAtATimeAndForTheOldest() {
    for (int i = 0; i < 1000; i++) {
      halves.began(request(i));
      halves.ended(request(i));
    }
    after(30);
    halves.began(request(1000));
    assertEquals(List.of(Duration.ofMillis(TIMEOUT_MS)), wakes);
    after(70);
    assertEquals(List.of(), halves.takeDue());
    assertEquals(List.of(Duration.ofMillis(TIMEOUT_MS), Duration.ofMillis(30)), wakes);
    after(30);
    assertEquals(List.of(request(1000)), halves.takeDue());
    assertEquals(2, wakes.size());
  }
}
