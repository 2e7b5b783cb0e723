// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.testsupport.PairIdentities;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Laws of every service that can be waited for: a close ends the waits, and says so. */
@Timeout(120)
class ClosedServiceTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final FusedNetwork network = Fixtures.residual(5);

  private static void assertEndsWaits(InferenceService service, int inferenceCount) {
    CompletionStage<Void> before = service.ready(inferenceCount, LONG);

    service.close();

    assertClosed(before);
    assertClosed(service.ready(inferenceCount, LONG));
  }

  private static void assertClosed(CompletionStage<?> wait) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> Fixtures.await(wait));
    InferenceException reason = assertInstanceOf(InferenceException.class, failed.getCause());
    assertEquals(AbortReason.SHUTTING_DOWN, reason.reason());
  }

  @Test
  void shouldEndWaitsForAnEmbeddedService() {
    // More than it makes before it is closed, at once.
    int many = PartyLimits.MAX_COUNT;
    assertEndsWaits(
        EmbeddedInference.start(
            network, EmbeddedSettings.builder().precomputedCorrelations(many).build()),
        many);
  }

  @Test
  void shouldEndWaitsForAClientThatIsAParty() {
    // Nobody answers there.
    LinkAddress server = LinkAddress.udp("localhost", 9);
    LinkAddress dealer = LinkAddress.udp("localhost", 10);
    RuntimeSettings runtime =
        RuntimeSettings.builder()
            .computeThreads(1)
            .links(LinkSettings.builder(new PairIdentities(1).client(0)).build())
            .build();
    assertEndsWaits(
        PrivateInferenceClient.asParty(network.with(Visibility.OWNED).plan())
            .server(server, null)
            .dealer(dealer, null)
            .runtime(runtime)
            .connect(),
        1);
  }
}
