// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What changes at all models of a process while it serves. */
@Timeout(120)
class ModelProcessTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final RuntimeSettings runtime =
      RuntimeSettings.builder()
          .computeThreads(1)
          .precomputedCorrelations(2)
          .maxSessions(2)
          .links(LinkSettings.builder(LinkSecurity.Plain.INSECURE).build())
          .build();

  @Test
  void shouldRefuseAQuotaOutOfRangeBeforeAnyModelIsServed() {
    try (ModelProcess process = new ModelProcess(0, ANY_PORT, runtime)) {
      assertThrows(IllegalArgumentException.class, () -> process.limitClients(-1, 0));

      startParty(process).close();
    }
  }

  @Test
  void shouldGiveAModelThatIsLoadedLaterTheQuotaOfToday() {
    try (ModelProcess process = new ModelProcess(0, ANY_PORT, runtime)) {
      process.limitClients(2, 0);
      try (PartyNode party = startParty(process)) {
        assertEquals(2, party.clientEntrance().maxRequestsOfOne().getAsInt());

        process.limitClients(1, 0);
        assertEquals(1, party.clientEntrance().maxRequestsOfOne().getAsInt());
        assertTrue(process.freeBytes() < process.budgetBytes());
      }
      assertEquals(process.budgetBytes(), process.freeBytes());
    }
  }

  private PartyNode startParty(ModelProcess process) {
    ModelShare share = ModelShares.split(Fixtures.residual(9), RANDOM)[0];
    return process.startParty(
        share, CorrelationKey.generate(RANDOM), LinkAddress.udp("localhost", 9), null, runtime);
  }
}
