// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The bound of what a gateway reads and awaits, in all and of one client. */
class RequestSlotsTest {
  private int maxOfOne = 2;
  private final RequestSlots slots = new RequestSlots(5, () -> maxOfOne);

  private int taken(String client) {
    int taken = 0;
    while (slots.take(client)) {
      taken++;
    }
    return taken;
  }

  @Test
  void shouldBoundAllAndOneClient() {
    assertEquals(2, taken("a"));
    assertEquals(2, taken("b"));
    assertEquals(1, taken("c"));
    slots.release("a");
    assertEquals(1, taken("c"));
    assertEquals(5, slots.takenCount());
  }

  /** What is taken stays taken. */
  @Test
  void shouldFollowAQuotaThatChanges() {
    assertEquals(2, taken("a"));
    maxOfOne = 4;
    assertEquals(2, taken("a"));
    maxOfOne = 1;
    for (int released = 0; released < 3; released++) {
      slots.release("a");
      assertEquals(0, taken("a"));
    }
    slots.release("a");
    assertEquals(1, taken("a"));
  }
}
