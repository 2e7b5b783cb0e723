// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.PairIdentities;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Starts that are refused late: each releases the folder of its state, so that the next works. */
@Timeout(180)
class RefusedStartTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Nobody answers there. */
  private static final LinkAddress NOBODY = LinkAddress.udp("localhost", 9);

  @TempDir private Path folder;

  private final PairIdentities identities = new PairIdentities(1);
  private final CorrelationKey key = CorrelationKey.generate(RANDOM);
  private final FusedNetwork network = Fixtures.residual(17).with(Visibility.OWNED);
  private final NetworkPlan plan = network.plan();
  private final ModelShare share = ModelShares.split(network, RANDOM)[0];

  private RuntimeSettings runtime(LinkSecurity security, int dealerCheckEvery) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(2)
        .maxSessions(2)
        .links(LinkSettings.builder(security).build())
        .limits(PartyLimits.builder().drainTimeoutMs(0).dealerCheckEvery(dealerCheckEvery).build())
        .state(new StateSettings(folder.resolve("state"), true))
        .build();
  }

  private static void assertRefused(String setting, Executable start) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, start);
    assertTrue(refused.getMessage().startsWith(setting), refused.getMessage());
  }

  private PartyNode party(int dealerCheckEvery) {
    return PartyNode.start(
        share.forClient(),
        key,
        ANY_PORT,
        NOBODY,
        null,
        runtime(identities.server(), dealerCheckEvery));
  }

  @Test
  void shouldStartPartyOnTheSameFolderAfterRefusal() {
    assertRefused("dealerCheckEvery", () -> party(2));

    party(0).close();
  }

  private ServerNode server(int dealerCheckEvery) {
    return ServerNode.start(
        share, key, ANY_PORT, NOBODY, runtime(identities.server(), dealerCheckEvery), 0);
  }

  @Test
  void shouldStartServerOnTheSameFolderAfterRefusal() {
    assertRefused("dealerCheckEvery", () -> server(2));

    server(0).close();
  }

  private DealerNode dealer(int inferencesPerMinute) {
    return DealerNode.startForServer(
        plan, key, ANY_PORT, runtime(identities.dealer(), 0), inferencesPerMinute);
  }

  @Test
  void shouldStartDealerOfServerOnTheSameFolderAfterRefusal() {
    assertRefused("inferencesPerMinute", () -> dealer(-1));

    dealer(0).close();
  }

  private void connectClient(int dealerCheckEvery) {
    PrivateInferenceClient.asParty(plan)
        .listen(ANY_PORT)
        .server(NOBODY, null)
        .dealer(LinkAddress.udp("localhost", 10), null)
        .runtime(runtime(identities.client(0), dealerCheckEvery))
        .connect()
        .close();
  }

  @Test
  void shouldConnectClientOnTheSameFolderAfterRefusal() {
    assertRefused("dealerCheckEvery", () -> connectClient(2));

    connectClient(0);
  }
}
