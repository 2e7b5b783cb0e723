// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.exceptions.ConductorServiceTimeoutException;
import io.pascaline.transport.link.TransportException;
import org.junit.jupiter.api.Test;

class AeronFaultsTest {
  @Test
  void shouldNameTheMachineWhenANodeDidNotRun() {
    TransportException down =
        AeronFaults.onDown(
            "party 1",
            false,
            new ConductorServiceTimeoutException(
                "service interval exceeded: timeout=10000000000ns, interval=14440417353ns"));

    assertEquals(TransportException.Kind.CARRIER, down.kind());
    assertTrue(down.getMessage().startsWith("party 1 did not run"), down.getMessage());
    assertTrue(down.getMessage().contains("interval=14440417353ns"), down.getMessage());
    assertTrue(down.getMessage().contains("overloaded or was suspended"), down.getMessage());
    assertFalse(down.getMessage().contains("FATAL"), down.getMessage());
    assertEquals(1, down.getMessage().lines().count());
  }

  @Test
  void shouldNameTheDriverWhenItIsLost() {
    TransportException down = AeronFaults.onDown("the dealer", true, null);

    assertEquals(TransportException.Kind.DRIVER, down.kind());
    assertTrue(down.getMessage().contains("no fault was seen"), down.getMessage());
  }
}
