// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WireLimitsTest {
  private static final Shape INPUT = Shape.of(2, 6, 6);
  private static final int FRACTION_BITS = 8;

  private static NetworkPlan plan() {
    PoolWindow whole = new PoolWindow(2, 6, 6, 6, 6, 6, 6, 0, 0, 0, 0);
    PlanLayer mean =
        new ClassicMeanPoolLayer(
            0, "mean", List.of(PlanLayer.NETWORK_INPUT), whole, FRACTION_BITS, 4);
    return new NetworkPlan("small", INPUT, FRACTION_BITS, null, List.of(mean));
  }

  /** No layer's message is as large as the input's share, and that has two words per element. */
  @Test
  void shouldLetAShareOfDoubleWordsPass() {
    assertEquals(2 * INPUT.elementCount(), WireLimits.largestMessageWords(plan(), 1));
  }

  /** What docs/operations.md says about memory: for 80 requests at party 0, 160 at party 1. */
  @Test
  void shouldQueueForAClientAllAnswersThatItMayWaitForAndLittleMore() {
    int answerBytes = Integer.BYTES * plan().outputWordCount() + 256;

    assertEquals(
        (1 << 20) + 160 * answerBytes,
        WireLimits.clientQueuedBytes(plan(), RuntimeSettings.defaults()));
  }

  /** A client that looks at nothing costs its party that, and another role more. */
  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"CLIENT", "DEALER"})
  void shouldBoundWhatIsHeldForAPeerThatTakesNothing(Role role) throws Exception {
    RuntimeSettings runtime = RuntimeSettings.defaults();
    long clientBytes = WireLimits.clientQueuedBytes(plan(), runtime);
    byte[] digest = plan().digest();
    BlockingQueue<Link> opened = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    try (EmbeddedDriver driver = EmbeddedDriver.launch();
        TransportNode party =
            launch(
                driver,
                runtime,
                Hellos.party(0, digest, new byte[LinkMessage.SHARING_ID_BYTES], 1),
                opened,
                release);
        TransportNode peer =
            launch(
                driver,
                runtime,
                role == Role.CLIENT ? Hellos.client(digest) : Hellos.dealer(digest),
                new LinkedBlockingQueue<>(),
                release)) {
      peer.connect(party.address(), "party 0");
      Link link = opened.poll(30, TimeUnit.SECONDS);
      LinkMessage refusal =
          new LinkMessage.RequestAbort(
              0, LinkMessage.NO_SESSION, new RequestId(1, 2), AbortReason.OVERLOADED, "later", 100);
      while (link.queuedBytes() <= clientBytes && link.send(refusal)) {
        // Until the client's bound is met, or found not to hold.
      }
      assertEquals(role != Role.CLIENT, link.queuedBytes() > clientBytes);
      release.countDown();
    }
  }

  private static TransportNode launch(
      EmbeddedDriver driver,
      RuntimeSettings runtime,
      LinkMessage.Hello hello,
      BlockingQueue<Link> opened,
      CountDownLatch release) {
    LinkListener listener =
        new LinkListener() {
          @Override
          public void onOpened(Link link) {
            opened.add(link);
          }

          @Override
          public void onMessage(Link link, LinkMessage message) {
            try {
              assertTrue(release.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void onClosed(Link link, String reason) {}

          @Override
          public void onDown(TransportException reason) {}
        };
    return TransportNode.launch(
        WireLimits.apply(plan(), 1, runtime, new TransportContext())
            .hello(hello)
            .listen(LinkAddress.ipc(hello.role().ordinal() + 1))
            .listener(listener)
            .driver(driver)
            .security(LinkSecurity.Plain.IN_PROCESS));
  }
}
