// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.examples.AskTwoParties;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.LinkSecurity;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
@SuppressWarnings("try") // Nodes serve by being there, and some tests close one early.
class PrivateInferenceClientTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Identities identities = new Identities();
  private final CorrelationKey key0 = CorrelationKey.generate(RANDOM);
  private final CorrelationKey key1 = CorrelationKey.generate(RANDOM);
  private final RuntimeSettings runtime =
      RuntimeSettings.builder()
          .computeThreads(1)
          .precomputedCorrelations(4)
          .maxSessions(16)
          .connectTimeoutMs(60_000)
          .build();

  private DealerNode dealer(FusedNetwork network) {
    return DealerNode.start(
        network.plan(),
        key0,
        key1,
        ANY_PORT,
        runtime.toBuilder().links(identities.dealer()).build());
  }

  private PartyNode party(
      ModelShare share, LinkAddress listen, DealerNode dealer, PartyNode party0) {
    return PartyNode.start(
        share,
        share.partyId() == 0 ? key0 : key1,
        listen,
        dealer.address(),
        party0 == null ? null : party0.address(),
        runtime.toBuilder().links(identities.party(share.partyId())).build());
  }

  private PrivateInferenceClient.Builder client(
      FusedNetwork network, PartyNode party0, PartyNode party1) {
    LinkSecurity.Secured own = (LinkSecurity.Secured) identities.client().security();
    return PrivateInferenceClient.builder(network.plan())
        .identity(own.own())
        .party(0, party0.address(), own.peers().named("party 0").get(0).identity())
        .party(1, party1.address(), own.peers().named("party 1").get(0).identity())
        .requestTimeout(Duration.ofSeconds(60));
  }

  @Test
  void shouldRunTheExample() {
    long seed = 31;
    FusedNetwork network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    float[] image = Fixtures.image(new SplittableRandom(seed));
    LinkSecurity.Secured own = (LinkSecurity.Secured) identities.client().security();

    try (DealerNode dealer = dealer(network);
        PartyNode party0 = party(shares[0], ANY_PORT, dealer, null);
        PartyNode party1 = party(shares[1], ANY_PORT, dealer, party0)) {
      int answer =
          AskTwoParties.classify(
              network.plan(),
              own.own(),
              party0.address(),
              own.peers().named("party 0").get(0).identity(),
              party1.address(),
              own.peers().named("party 1").get(0).identity(),
              image);

      assertNearlyLargest(network, image, answer, seed);
    }
  }

  @Test
  void shouldAskWithTheFilesOfTheCommand(@TempDir Path folder) throws Exception {
    long seed = 36;
    FusedNetwork network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    LinkSecurity.Secured own = (LinkSecurity.Secured) identities.client().security();
    Path identity = folder.resolve("client.identity");
    Files.createFile(
        identity,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        identity,
        "pascaline-identity-1:" + Base64.getEncoder().encodeToString(own.own().seed()) + "\n");
    Files.write(folder.resolve("plan.bin"), network.plan().encode());
    Files.writeString(
        folder.resolve("identities.conf"),
        "identities { party0 = \""
            + own.peers().named("party 0").get(0).identity()
            + "\", party1 = \""
            + own.peers().named("party 1").get(0).identity()
            + "\" }\n");

    try (DealerNode dealer = dealer(network);
        PartyNode party0 = party(shares[0], ANY_PORT, dealer, null);
        PartyNode party1 = party(shares[1], ANY_PORT, dealer, party0)) {
      Path file = folder.resolve("client.conf");
      String settings =
          String.join(
              "\n",
              "include \"identities.conf\"",
              "plan = plan.bin, identity = client.identity, listen = \"localhost:0\"",
              "input { mean = \"0.1,0.2\", std = 0.5 }, labels = [cat, dog]",
              "party0 = \"" + hostPort(party0) + "\"",
              "party1 = \"" + hostPort(party1) + "\"\n");
      Files.writeString(file, settings);
      try (PrivateInferenceClient client = PrivateInferenceClient.fromConfig(file).connect()) {
        Fixtures.assertPipelined(network, client, 2, seed);
        assertArrayEquals(network.plan().digest(), client.plan().digest());
        assertEquals(List.of("0.1", "0.2"), client.mean());
        assertEquals(List.of("0.5"), client.std());
        assertEquals(List.of("cat", "dog"), client.labels());
      }
      Files.writeString(file, settings + "retries = 3\n");
      assertFault(file, "config file " + file + " line 6: unknown key 'retries'");
      Files.writeString(file, settings.replace("plan.bin", "other.bin"));
      assertFault(file, "plan " + folder.resolve("other.bin") + " does not exist");
      Files.writeString(file, settings.replace("listen =", "listen"));
      assertFault(file, "config file " + file + " cannot be understood");
      Files.writeString(file, settings);
      Files.setPosixFilePermissions(identity, PosixFilePermissions.fromString("rw-r-----"));
      assertFault(file, "chmod 600 " + identity);
      Files.setPosixFilePermissions(identity, PosixFilePermissions.fromString("rw-------"));
      Path driver = Files.createDirectory(folder.resolve("driver"));
      byte[] ofAnotherVersion = new byte[1 << 16];
      Arrays.fill(ofAnotherVersion, (byte) 0x7f);
      Files.write(driver.resolve("cnc.dat"), ofAnotherVersion);
      Files.writeString(file, settings + "aeron.directory = \"" + driver + "\"\n");
      PrivateInferenceClient.Builder builder = PrivateInferenceClient.fromConfig(file);
      String noDriver = assertThrows(TransportException.class, builder::connect).getMessage();
      assertTrue(noDriver.contains(driver.toString()), noDriver);
    }
  }

  private static void assertFault(Path file, String part) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> PrivateInferenceClient.fromConfig(file))
            .getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static String hostPort(PartyNode party) {
    return party.address().channel().replace("aeron:udp?endpoint=", "");
  }

  @Test
  void shouldBeAnsweredWhereItSaysThatItIsReached() throws Exception {
    FusedNetwork network = Fixtures.residual(35);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    InetAddress loopback = InetAddress.getByName("127.0.0.1");

    try (DealerNode dealer = dealer(network);
        PartyNode party0 = party(shares[0], ANY_PORT, dealer, null);
        DatagramSocket advertised = new DatagramSocket(0, loopback);
        PrivateInferenceClient client =
            client(network, party0, party0)
                .listen("0.0.0.0", 0)
                .advertise("127.0.0.1", advertised.getLocalPort())
                .connect()) {
      advertised.setSoTimeout(60_000);
      // Fails at the socket's timeout, unless party 0 opens its stream to that port.
      advertised.receive(new DatagramPacket(new byte[2_048], 2_048));
    }
  }

  /** Logits are exact up to a derived bound, so the class is, up to logits closer than that. */
  private static void assertNearlyLargest(
      FusedNetwork network, float[] image, int answer, long seed) {
    FusedEvaluator evaluator = new FusedEvaluator(network);
    int[] words = evaluator.encodeInput(image);
    int[] logits = evaluator.run(words);
    double[] bounds = evaluator.errorBoundUlps(words);
    for (int i = 0; i < logits.length; i++) {
      assertTrue(
          logits[answer] + bounds[answer] >= logits[i] - bounds[i],
          "seed " + seed + ": class " + answer + ", but logit " + i + " is larger");
    }
  }

  @Test
  void shouldAskAgainWhenAPartyIsLostAndAnswerOnceItIsBack() throws Exception {
    long seed = 32;
    FusedNetwork network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    RetryPolicy patient = new RetryPolicy(100, Duration.ofMillis(100), Duration.ofMillis(500));

    try (DealerNode dealer = dealer(network);
        PartyNode party0 = party(shares[0], ANY_PORT, dealer, null);
        PartyNode party1 = party(shares[1], ANY_PORT, dealer, party0);
        PrivateInferenceClient client = client(network, party0, party1).retry(patient).connect()) {
      Fixtures.assertPipelined(network, client, 2, seed);
      LinkAddress address = party1.address();
      party1.close();
      float[] image = Fixtures.image(new SplittableRandom(seed + 1));
      CompletionStage<InferenceResult> asked = client.infer(image);
      try (PartyNode again = party(shares[1], address, dealer, party0)) {
        Fixtures.assertAnswer(network, image, Fixtures.await(asked), seed + 1);
      }
    }
  }

  @Test
  void shouldBoundWhatIsUnansweredAndEndAtTheDeadline() throws Exception {
    FusedNetwork network = Fixtures.residual(33);
    LinkSecurity.Secured own = (LinkSecurity.Secured) identities.client().security();
    float[] image = Fixtures.image(new SplittableRandom(33));

    try (PrivateInferenceClient client =
        PrivateInferenceClient.builder(network.plan())
            .identity(own.own())
            .party(0, "127.0.0.1", 9, own.peers().named("party 0").get(0).identity())
            .party(1, "127.0.0.1", 10, own.peers().named("party 1").get(0).identity())
            .maxPending(1)
            .connect()) {
      CompletionStage<?> first = client.infer(image, Duration.ofMillis(300));
      assertEquals(AbortReason.OVERLOADED, reasonOf(client.infer(image)));
      assertEquals(AbortReason.DEADLINE, reasonOf(first));
      assertThrows(IllegalArgumentException.class, () -> client.infer(new float[1]));
      // Neither a mistake nor an end keeps the place.
      assertEquals(AbortReason.DEADLINE, reasonOf(client.infer(image, Duration.ofMillis(1))));
    }
  }

  /** Neither for want of the parties, whose links end then, nor at the deadline. */
  @Test
  void shouldEndWhatIsUnansweredAsClosed() throws Exception {
    long seed = 37;
    FusedNetwork network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    float[] image = Fixtures.image(new SplittableRandom(seed));
    List<CompletionStage<?>> asked = new ArrayList<>();

    try (DealerNode dealer = dealer(network);
        PartyNode party0 = party(shares[0], ANY_PORT, dealer, null);
        PartyNode party1 = party(shares[1], ANY_PORT, dealer, party0)) {
      PrivateInferenceClient client =
          client(network, party0, party1).retry(RetryPolicy.never()).connect();
      Fixtures.await(client.infer(image));
      for (int i = 0; i < 64; i++) {
        asked.add(client.infer(image));
      }
      client.close();
    }

    for (CompletionStage<?> answer : asked) {
      if (answer.toCompletableFuture().isCompletedExceptionally()) {
        assertEquals(AbortReason.SHUTTING_DOWN, reasonOf(answer));
      } else {
        assertInstanceOf(InferenceResult.class, Fixtures.await(answer));
      }
    }
  }

  private static AbortReason reasonOf(CompletionStage<?> stage) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> Fixtures.await(stage));
    return assertInstanceOf(InferenceException.class, failed.getCause()).reason();
  }

  @Test
  void shouldNotStartWithoutIdentitiesUnlessItIsToldTo() {
    FusedNetwork network = Fixtures.residual(34);
    PrivateInferenceClient.Builder builder =
        PrivateInferenceClient.builder(network.plan())
            .party(0, "127.0.0.1", 9, null)
            .party(1, "127.0.0.1", 10, null);

    assertTrue(
        assertThrows(IllegalArgumentException.class, builder::connect)
            .getMessage()
            .contains("identity"));
    assertThrows(IllegalArgumentException.class, () -> builder.party(2, "127.0.0.1", 9, null));
  }
}
