// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.FrameArrays;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeGate;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.ResponderHandshake;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The last rows of docs/wire-format.md's table: the sealed Hello after the handshake. */
class HelloChecksTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final LinkAddress REPLY = LinkAddress.udp("127.0.0.1", 4711);
  private static final LinkAddress ELSEWHERE = LinkAddress.udp("127.0.0.1", 4712);
  private static final HelloOpening DIALLED = new HelloOpening(7, false, REPLY);
  private static final HelloOpening ANSWERED = new HelloOpening(7, true, ELSEWHERE);

  private final InitiatorHandshake initiator;
  private final ResponderHandshake listener;

  HelloChecksTest() throws MalformedFrame {
    LinkSecurity.Secured own = Nodes.secured(1);
    initiator =
        new InitiatorHandshake(
            own,
            own.peers().named("party 0").get(0),
            parameters(1),
            DIALLED,
            RANDOM,
            System::nanoTime,
            new FrameArrays());
    listener =
        new ResponderHandshake(
            Nodes.secured(0),
            parameters(0),
            new HandshakeGate(),
            RANDOM,
            System::nanoTime,
            new FrameArrays());
    pass(initiator, listener);
    pass(listener, initiator);
    pass(initiator, listener);
    assertTrue(initiator.isEstablished() && listener.isEstablished());
  }

  @Test
  void shouldTakeTheHelloOfWhoHasProvedIt() throws MalformedFrame {
    HelloChecks.requireSame(listener, ANSWERED, REPLY, Nodes.hello(Role.PARTY, 1), DIALLED);
    // Where the listener is was not its own to say: the initiator has dialled it there.
    HelloChecks.requireSame(initiator, DIALLED, ELSEWHERE, Nodes.hello(Role.PARTY, 0), ANSWERED);
  }

  static Stream<Arguments> wrongHellos() {
    LinkMessage.Hello right = Nodes.hello(Role.PARTY, 1);
    return Stream.of(
        Arguments.of("another role", Nodes.hello(Role.DEALER, -1), DIALLED),
        Arguments.of("another party", Nodes.hello(Role.PARTY, 0), DIALLED),
        Arguments.of("another version", Nodes.hello(Role.PARTY, 1, 2), DIALLED),
        Arguments.of("another attempt", right, new HelloOpening(8, false, REPLY)),
        Arguments.of("an answer", right, new HelloOpening(7, true, REPLY)),
        Arguments.of("another reply address", right, new HelloOpening(7, false, ELSEWHERE)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongHellos")
  void shouldRefuseAHelloThatIsNotWhatTheHandshakeSaid(
      String what, LinkMessage.Hello hello, HelloOpening said) {
    MalformedFrame fault =
        assertThrows(
            MalformedFrame.class,
            () -> HelloChecks.requireSame(listener, ANSWERED, REPLY, hello, said),
            what);

    assertEquals(FrameFault.UNKNOWN_IDENTITY, fault.fault());
    assertEquals("the hello is not that of party 1", fault.getMessage());
  }

  @Test
  void shouldRefuseAnAnswerThatIsNotTheListeners() {
    for (LinkMessage.Hello wrong :
        new LinkMessage.Hello[] {Nodes.hello(Role.PARTY, 1), Nodes.hello(Role.CLIENT, -1)}) {
      assertThrows(
          MalformedFrame.class,
          () -> HelloChecks.requireSame(initiator, DIALLED, ELSEWHERE, wrong, ANSWERED));
    }
    assertThrows(
        MalformedFrame.class,
        () ->
            HelloChecks.requireSame(
                initiator, DIALLED, ELSEWHERE, Nodes.hello(Role.PARTY, 0), DIALLED));
  }

  /** The peer's heartbeats come every 500 ms. */
  @Test
  void shouldRefuseAPeerWhoseHeartbeatsComeTooLate() throws MalformedFrame {
    HelloChecks.requireLively(initiator, TimeUnit.MILLISECONDS.toNanos(501));

    MalformedFrame fault =
        assertThrows(
            MalformedFrame.class,
            () -> HelloChecks.requireLively(initiator, TimeUnit.MILLISECONDS.toNanos(500)));

    assertEquals(FrameFault.BAD_VALUE, fault.fault());
    assertTrue(fault.getMessage().contains("500 ms"), fault::getMessage);
  }

  private static LinkParameters parameters(int partyId) {
    return new LinkParameters(Role.PARTY, partyId, 1, 1 << 20, 500, 10_000);
  }

  private static void pass(KeyExchange from, KeyExchange to) throws MalformedFrame {
    HandshakeAssembly assembly = new HandshakeAssembly();
    for (byte[] frame = from.nextFrame(); frame != null; frame = from.nextFrame()) {
      HandshakeMessage message = assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
      from.onSent();
      if (message != null) {
        to.onMessage(message, 0);
      }
    }
  }
}
