// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The times are none or far longer than the tests, so that none of them decides. */
@Timeout(60)
class AttachedNodesTest {
  private static final long FOREVER_NS = TimeUnit.HOURS.toNanos(1);

  private final NodeOwners owners = new NodeOwners();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AutoCloseable node = closed::countDown;

  private AttachedNodes with(long ownersGraceNs) {
    AttachedNodes nodes = new AttachedNodes(fault -> {}, owners, ownersGraceNs);
    nodes.add(node);
    return nodes;
  }

  private static FutureTask<Void> closing(AttachedNodes nodes) {
    return new FutureTask<>(
        () -> {
          nodes.closeWhatOwnersLeave();
          return null;
        });
  }

  @Test
  void shouldWaitForARegisteredOwnerBeyondTheGrace() throws Exception {
    AttachedNodes nodes = with(0);
    FutureTask<Void> closing = closing(nodes);
    Thread hook = new Thread(closing, "hook");

    NodeOwners.Registration owner = owners.register();
    hook.start();
    while (hook.getState() != Thread.State.WAITING && closed.getCount() > 0) {
      Thread.onSpinWait();
    }
    nodes.remove(node);
    boolean wasWaiting = !closing.isDone();
    owner.close();
    closing.get(20, TimeUnit.SECONDS);

    assertTrue(wasWaiting);
    assertEquals(1, closed.getCount());
  }

  @Test
  void shouldCloseWhatARegisteredOwnerLeaves() throws Exception {
    AttachedNodes nodes = with(0);
    NodeOwners.Registration owner = owners.register();
    FutureTask<Void> closing = closing(nodes);
    new Thread(closing, "hook").start();

    owner.close();

    assertTrue(closed.await(20, TimeUnit.SECONDS));
    nodes.remove(node);
    closing.get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldNotWaitForWhatNobodyOwns() throws Exception {
    AttachedNodes nodes = with(0);
    FutureTask<Void> closing = closing(nodes);
    new Thread(closing, "hook").start();

    assertTrue(closed.await(20, TimeUnit.SECONDS));
    nodes.remove(node);
    closing.get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldWaitForEachOwnerOnce() throws Exception {
    AttachedNodes nodes = with(FOREVER_NS);
    NodeOwners.Registration first = owners.register();
    NodeOwners.Registration second = owners.register();
    FutureTask<Void> closing = closing(nodes);
    Thread hook = new Thread(closing, "hook");
    hook.start();

    first.close();
    first.close();
    while (hook.getState() != Thread.State.WAITING
        && hook.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    Thread.State state = hook.getState();
    nodes.remove(node);
    second.close();
    closing.get(20, TimeUnit.SECONDS);

    assertEquals(Thread.State.WAITING, state);
    assertFalse(closed.await(0, TimeUnit.SECONDS));
  }
}
