// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.StateException;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that keep their state in folders, through restarts of each role. */
@Timeout(180)
@SuppressWarnings("try") // Nodes serve by being there.
class DurableNodesTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder;

  private final Identities identities = new Identities();
  private final CorrelationKey key0 = CorrelationKey.generate(RANDOM);
  private final CorrelationKey key1 = CorrelationKey.generate(RANDOM);
  private final FusedNetwork network = Fixtures.residual(41);
  private final ModelShare[] shares = ModelShares.split(network, RANDOM);

  private RuntimeSettings runtime(String role, LinkSettings links) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .maxSessions(16)
        .connectTimeoutMs(60_000)
        .links(links.toBuilder().peerTimeoutMs(5_000).build())
        .limits(PartyLimits.builder().drainTimeoutMs(5_000).build())
        .state(new StateSettings(folder.resolve(role), true))
        .build();
  }

  private DealerNode dealer(LinkAddress listen) {
    return DealerNode.start(
        network.plan(), key0, key1, listen, runtime("dealer", identities.dealer()));
  }

  private PartyNode party0(LinkAddress listen, DealerNode dealer) {
    return PartyNode.start(
        shares[0], key0, listen, dealer.address(), null, runtime("party0", identities.party(0)));
  }

  private PartyNode party1(LinkAddress listen, DealerNode dealer, PartyNode party0) {
    return PartyNode.start(
        shares[1],
        key1,
        listen,
        dealer.address(),
        party0.address(),
        runtime("party1", identities.party(1)));
  }

  @Test
  void shouldUseNothingTwiceThroughRestartsOfEachRole() throws Exception {
    try (DealerNode dealer = dealer(ANY_PORT);
        PartyNode party0 = party0(ANY_PORT, dealer);
        PartyNode party1 = party1(ANY_PORT, dealer, party0);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(
                    runtime("client", identities.client()).toBuilder()
                        .state(StateSettings.inMemory())
                        .build())
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      Fixtures.assertPipelined(network, client, 6, 41);
      LinkAddress dealerAddress = dealer.address();
      dealer.close();
      try (DealerNode dealerAgain = dealer(dealerAddress)) {
        Fixtures.assertAnswersEventually(network, client, 42);
        LinkAddress party1Address = party1.address();
        party1.close();
        try (PartyNode party1Again = party1(party1Address, dealerAgain, party0)) {
          Fixtures.assertAnswersEventually(network, client, 43);
          LinkAddress party0Address = party0.address();
          party0.close();
          try (PartyNode party0Again = party0(party0Address, dealerAgain)) {
            Fixtures.assertAnswersEventually(network, client, 44);
          }
        }
      }
    }

    AuditCheck.Findings findings =
        AuditCheck.ofDirectories(
            List.of(folder.resolve("dealer"), folder.resolve("party0"), folder.resolve("party1")));
    assertEquals(List.of(), findings.violations());
    assertEquals(6, findings.incarnations());
    assertTrue(findings.epochs() >= 3, findings.toString());
    assertTrue(findings.dealt() > 0 && findings.opened() > 0, findings.toString());
  }

  @Test
  void shouldNotServeTwiceFromOneFolder() {
    try (DealerNode dealer = dealer(ANY_PORT)) {
      StateException refused = assertThrows(StateException.class, () -> dealer(ANY_PORT));
      assertTrue(refused.getMessage().contains("is in use"), refused.getMessage());
    }
    dealer(ANY_PORT).close();
  }
}
