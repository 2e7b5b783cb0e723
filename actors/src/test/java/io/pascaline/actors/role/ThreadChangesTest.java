// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.LinkAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the arrival of an opening to the departure of the next one. */
@Timeout(180)
class ThreadChangesTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final int INFERENCES = 60;

  /** From the transport's thread to one of the pool, and back: fewer are not possible. */
  private static final int FEWEST = 2;

  private static FusedNetwork network(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int side = Fixtures.INPUT.dim(1);
    return SmallNetworks.plain(
        random, 4, side, () -> Stream.generate(() -> Fixtures.image(random)).limit(32).toList());
  }

  @Test
  void shouldChangeThreadsTwiceInOneProcess() throws Exception {
    FusedNetwork network = network(1);
    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      assertTwoChanges(service, network);
    }
  }

  @Test
  void shouldChangeThreadsTwiceOverUdp() throws Exception {
    FusedNetwork network = network(2);
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    Identities identities = new Identities();
    RuntimeSettings runtime = RuntimeSettings.builder().connectTimeoutMs(60_000).build();
    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                keys[0],
                keys[1],
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 =
            PartyNode.start(
                shares[0],
                keys[0],
                ANY_PORT,
                dealer.address(),
                null,
                runtime.toBuilder().links(identities.party(0)).build());
        PartyNode party1 =
            PartyNode.start(
                shares[1],
                keys[1],
                ANY_PORT,
                dealer.address(),
                party0.address(),
                runtime.toBuilder().links(identities.party(1)).build());
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime.toBuilder().links(identities.client()).build())
                .connect()) {
      assertTwoChanges(client, network);
    }
  }

  /** Another thread may have been free for the task of any one path; of most it was not. */
  private static void assertTwoChanges(InferenceService service, FusedNetwork network)
      throws Exception {
    infer(service, network, 1);
    List<ThreadChanges.Passage> passages =
        ThreadChanges.of(() -> infer(service, network, INFERENCES));
    assertTrue(passages.size() >= INFERENCES, () -> "only " + passages.size() + " paths");
    String all = "changes: " + ThreadChanges.histogram(passages) + ", " + passages;
    List<Integer> counts =
        passages.stream().map(ThreadChanges.Passage::changeCount).sorted().toList();
    assertEquals(FEWEST, counts.get(0), all);
    assertEquals(FEWEST, counts.get(counts.size() * 3 / 4), all);
  }

  private static void infer(InferenceService service, FusedNetwork network, int count)
      throws Exception {
    SplittableRandom random = new SplittableRandom(count);
    for (int i = 0; i < count; i++) {
      float[] image = Fixtures.image(random);
      Fixtures.assertAnswer(network, image, Fixtures.await(service.infer(image)), count);
    }
  }
}
