// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.PrivateInference;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.examples.InferenceInYourSystem;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PrivateInferenceTest {
  private static final Duration WAIT = Duration.ofSeconds(60);

  private final ActorTestKit host = ActorTestKit.create();
  private final TestProbe<PrivateInference.Reply> probe = host.createTestProbe();

  @AfterEach
  void endHost() {
    host.shutdownTestKit();
  }

  private ActorRef<PrivateInference.Command> embedded(FusedNetwork network) {
    return host.spawn(
        PrivateInference.builder().embedded(network, EmbeddedSettings.defaults()).behavior());
  }

  @Test
  void shouldAnswerInSomebodyElsesSystemAndLeaveItRunningWhenStopped() {
    long seed = 21;
    FusedNetwork network = Fixtures.residual(seed);
    ActorRef<PrivateInference.Command> inference = embedded(network);
    SplittableRandom random = new SplittableRandom(seed);

    inference.tell(new PrivateInference.Ready(2, probe.getRef(), WAIT));
    assertEquals(PrivateInference.IsReady.INSTANCE, probe.receiveMessage(WAIT));
    for (int i = 0; i < 3; i++) {
      float[] image = Fixtures.image(random);
      inference.tell(new PrivateInference.Infer(image, probe.getRef(), WAIT));
      PrivateInference.Reply reply = probe.receiveMessage(WAIT);
      Fixtures.assertAnswer(
          network, image, assertInstanceOf(PrivateInference.Answer.class, reply).result(), seed);
    }
    inference.tell(new PrivateInference.Statistics(probe.getRef()));
    PrivateInference.Counted counted =
        assertInstanceOf(PrivateInference.Counted.class, probe.receiveMessage(WAIT));
    assertEquals(3, counted.statistics().parties().get(0).inferences());

    inference.tell(PrivateInference.Stop.INSTANCE);
    probe.expectTerminated(inference, WAIT);
    assertFalse(host.system().getWhenTerminated().toCompletableFuture().isDone());
  }

  /** What is wrong with one input concerns its own reply alone. */
  @Test
  void shouldReplyToEachInputOfABatch() {
    long seed = 27;
    FusedNetwork network = Fixtures.residual(seed);
    ActorRef<PrivateInference.Command> inference = embedded(network);
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> inputs = List.of(Fixtures.image(random), new float[3], Fixtures.image(random));

    inference.tell(new PrivateInference.InferBatch(inputs, probe.getRef(), WAIT));

    List<PrivateInference.Reply> replies =
        assertInstanceOf(PrivateInference.BatchAnswer.class, probe.receiveMessage(WAIT)).replies();
    for (int image : new int[] {0, 2}) {
      Fixtures.assertAnswer(
          network,
          inputs.get(image),
          assertInstanceOf(PrivateInference.Answer.class, replies.get(image)).result(),
          seed);
    }
    assertEquals(
        AbortReason.PROTOCOL_VIOLATION,
        assertInstanceOf(PrivateInference.Refused.class, replies.get(1)).reason());
    assertThrows(
        IllegalArgumentException.class,
        () -> new PrivateInference.InferBatch(List.of(), probe.getRef(), WAIT));
  }

  @Test
  void shouldRefuseTheCallersMistakesAndGoOn() {
    long seed = 22;
    FusedNetwork network = Fixtures.residual(seed);
    ActorRef<PrivateInference.Command> inference = embedded(network);

    inference.tell(new PrivateInference.Infer(new float[3], probe.getRef(), WAIT));
    PrivateInference.Refused refused =
        assertInstanceOf(PrivateInference.Refused.class, probe.receiveMessage(WAIT));
    assertEquals(AbortReason.PROTOCOL_VIOLATION, refused.reason());
    float[] image = Fixtures.image(new SplittableRandom(seed));
    inference.tell(new PrivateInference.Infer(image, probe.getRef(), WAIT));
    assertInstanceOf(PrivateInference.Answer.class, probe.receiveMessage(WAIT));
  }

  /** One request with a wrong deadline must not end the service of all others. */
  @Test
  void shouldRefuseToMakeRequestsThatTheActorCannotTime() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    for (Duration wrong : new Duration[] {endless, Duration.ZERO, Duration.ofMillis(-1)}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new PrivateInference.Infer(new float[1], probe.getRef(), wrong),
          wrong::toString);
      assertThrows(
          IllegalArgumentException.class,
          () -> new PrivateInference.Ready(1, probe.getRef(), wrong),
          wrong::toString);
    }
    assertThrows(
        NullPointerException.class,
        () -> new PrivateInference.Infer(new float[1], probe.getRef(), null));
    assertThrows(NullPointerException.class, () -> new PrivateInference.Statistics(null));
  }

  @Test
  void shouldRefuseWithAHintWhileTheServiceCannotStart() throws Exception {
    FusedNetwork network = Fixtures.residual(23);
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      LinkAddress nobody = LinkAddress.udp("127.0.0.1", 9);
      ActorRef<PrivateInference.Command> inference =
          host.spawn(
              PrivateInference.builder()
                  .remote(
                      PrivateInferenceClient.builder(network.plan())
                          .insecure()
                          .listen("127.0.0.1", taken.getLocalPort())
                          .party(0, nobody, null)
                          .party(1, LinkAddress.udp("127.0.0.1", 10), null))
                  .behavior());

      inference.tell(new PrivateInference.Infer(new float[3], probe.getRef(), WAIT));

      PrivateInference.Refused refused =
          assertInstanceOf(PrivateInference.Refused.class, probe.receiveMessage(WAIT));
      assertTrue(refused.detail().contains("taken"), refused.detail());
      assertTrue(refused.retryAfterMs() > 0);
      assertFalse(host.system().getWhenTerminated().toCompletableFuture().isDone());
    }
  }

  @Test
  void shouldStartAgainWhenAnActorInsideHasDied() {
    long seed = 25;
    FusedNetwork network = Fixtures.residual(seed);
    ActorRef<PrivateInference.Command> inference = embedded(network);
    inference.tell(new PrivateInference.Ready(1, probe.getRef(), WAIT));
    assertEquals(PrivateInference.IsReady.INSTANCE, probe.receiveMessage(WAIT));

    Adapter.toClassic(host.system())
        .actorSelection("/system/pascaline-embedded-*/party0")
        .tell(PoisonPill.getInstance(), org.apache.pekko.actor.ActorRef.noSender());

    float[] image = Fixtures.image(new SplittableRandom(seed));
    long deadlineNs = System.nanoTime() + WAIT.toNanos();
    int refused = 0;
    PrivateInference.Reply reply;
    do {
      // The first may have been there before the party died; one of the next is refused.
      inference.tell(new PrivateInference.Infer(image, probe.getRef(), Duration.ofSeconds(2)));
      reply = probe.receiveMessage(WAIT);
      if (reply instanceof PrivateInference.Refused) {
        refused++;
      }
      assertTrue(System.nanoTime() < deadlineNs, "refused " + refused + " times: " + reply);
    } while (refused == 0 || !(reply instanceof PrivateInference.Answer));
    Fixtures.assertAnswer(network, image, ((PrivateInference.Answer) reply).result(), seed);
    assertFalse(host.system().getWhenTerminated().toCompletableFuture().isDone());
  }

  @Test
  void shouldServeTwiceInOneSystem() {
    FusedNetwork network = Fixtures.residual(26);
    for (int i = 0; i < 2; i++) {
      embedded(network).tell(new PrivateInference.Ready(1, probe.getRef(), WAIT));
    }
    for (int i = 0; i < 2; i++) {
      assertEquals(PrivateInference.IsReady.INSTANCE, probe.receiveMessage(WAIT));
    }
  }

  @Test
  void shouldWantAMode() {
    assertThrows(IllegalArgumentException.class, PrivateInference.builder()::behavior);
  }

  @Test
  void shouldRunTheExample() {
    long seed = 24;
    FusedNetwork network = Fixtures.residual(seed);
    TestProbe<String> lines = host.createTestProbe();
    ActorRef<InferenceInYourSystem.Command> yours =
        host.spawn(InferenceInYourSystem.create(network));

    yours.tell(
        new InferenceInYourSystem.Question(
            Fixtures.image(new SplittableRandom(seed)), lines.getRef()));

    String line = lines.receiveMessage(WAIT);
    assertTrue(line.matches("class [012]"), line);
  }
}
