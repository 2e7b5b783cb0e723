// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Roles in nodes of their own, with the files of a sharing, whoever knows the weights. */
@Timeout(180)
@SuppressWarnings("try") // Nodes serve by being there.
class VisibilityNodesTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder;

  private final Identities identities = new Identities();
  private final CorrelationKey key0 = CorrelationKey.generate(RANDOM);
  private final CorrelationKey key1 = CorrelationKey.generate(RANDOM);

  private RuntimeSettings runtime(String role, LinkSettings links) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .maxSessions(16)
        .connectTimeoutMs(60_000)
        .links(links.toBuilder().peerTimeoutMs(5_000).build())
        .limits(PartyLimits.builder().drainTimeoutMs(5_000).build())
        .state(new StateSettings(folder.resolve(role), true).withStore(6, 64L << 20, 0))
        .build();
  }

  private DealerNode dealer(NetworkPlan plan, LinkAddress listen) {
    return DealerNode.start(plan, key0, key1, listen, runtime("dealer", identities.dealer()));
  }

  private PartyNode party(
      ModelShare share,
      CorrelationKey key,
      LinkAddress listen,
      DealerNode dealer,
      PartyNode party0) {
    int id = share.partyId();
    return PartyNode.start(
        share,
        key,
        listen,
        dealer.address(),
        party0 == null ? null : party0.address(),
        runtime("party" + id, identities.party(id)));
  }

  private ModelShare throughFile(ModelShare share) throws IOException {
    Path file = folder.resolve("party" + share.partyId() + ".share");
    share.write(file);
    return ModelShare.read(file);
  }

  /** Each role restarts in turn: nothing is wrong, and nothing is used twice. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldUseNothingTwiceThroughRestartsOfEachRole(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(81).with(visibility);
    NetworkPlan plan = NetworkPlan.decode(network.plan().encode());
    ModelShare[] split = ModelShares.split(network, RANDOM);
    ModelShare[] shares = {throughFile(split[0]), throughFile(split[1])};

    try (DealerNode dealer = dealer(plan, ANY_PORT);
        PartyNode party0 = party(shares[0], key0, ANY_PORT, dealer, null);
        PartyNode party1 = party(shares[1], key1, ANY_PORT, dealer, party0);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(plan)
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
      Fixtures.assertPipelined(network, client, 6, 81);
      for (int id = 0; id < 2; id++) {
        PartyTraffic traffic = (id == 0 ? party0 : party1).traffic();
        assertEquals(6 * plan.costs().online().by(id), traffic.openedBytesSent());
        assertEquals(plan.costs().setup().by(id), traffic.setupBytesSent());
        // Of each image, and of those that party 0 has room for beyond them.
        long inAdvance = traffic.advanceBytesSent();
        assertTrue(inAdvance >= id * 6 * plan.costs().advanceBytes(), "" + inAdvance);
        assertTrue(inAdvance <= id * (6 + 4) * plan.costs().advanceBytes(), "" + inAdvance);
      }
      assertEquals(visibility == Visibility.OWNED, party1.traffic().correctionBytesReceived() == 0);
      LinkAddress dealerAddress = dealer.address();
      dealer.close();
      try (DealerNode dealerAgain = dealer(plan, dealerAddress)) {
        Fixtures.assertAnswersEventually(network, client, 82);
        LinkAddress party1Address = party1.address();
        party1.close();
        try (PartyNode party1Again = party(shares[1], key1, party1Address, dealerAgain, party0)) {
          Fixtures.assertAnswersEventually(network, client, 83);
          LinkAddress party0Address = party0.address();
          party0.close();
          try (PartyNode party0Again = party(shares[0], key0, party0Address, dealerAgain, null)) {
            Fixtures.assertAnswersEventually(network, client, 84);
          }
        }
      }
    }

    AuditCheck.Findings findings =
        AuditCheck.ofDirectories(
            List.of(folder.resolve("dealer"), folder.resolve("party0"), folder.resolve("party1")));
    assertEquals(List.of(), findings.violations());
    assertTrue(findings.epochs() >= 3, findings.toString());
    assertTrue(findings.dealt() > 0 && findings.opened() > 0, findings.toString());
  }
}
