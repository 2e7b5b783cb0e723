// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a node whose close timed out, at a driver that serves others on. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimedOutCloseTest {
  private final RecordingListener listener = new RecordingListener();
  private final RecordingListener peerListener = new RecordingListener();

  private boolean isFree(EmbeddedDriver driver, TransportNode node) {
    try {
      TransportNode.launch(Nodes.party(0, driver, node.address(), listener)).close();
      return true;
    } catch (TransportException taken) {
      assertEquals(TransportException.Kind.ADDRESS_IN_USE, taken.kind());
      return false;
    }
  }

  /** A model that is unloaded so must not be refused when it is loaded again. */
  @ParameterizedTest
  @EnumSource(names = {"OWN", "SHARED"})
  void shouldFreeItsAddressOnceTheListenerReturns(DriverThread thread) throws Exception {
    HoldingListener stuck = new HoldingListener(listener);
    try (EmbeddedDriver driver =
            EmbeddedDriver.launchShared(IdleMode.BACKOFF, NetworkProfile.usual(), 0, thread);
        TransportNode node =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                    .listener(stuck)
                    .errorHandler(fault -> {}));
        TransportNode peer =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), peerListener))) {
      peer.connect(node.address(), "party 0");
      peerListener.awaitOpened().send(new LinkMessage.Credit(1, 2, 3));
      stuck.awaitHeld();

      node.close(1);
      boolean wasFree = thread == DriverThread.OWN && isFree(driver, node);
      stuck.letGo();

      assertFalse(wasFree);
      RawPeer.await("free address", () -> isFree(driver, node));
    } finally {
      stuck.letGo();
    }
  }
}
