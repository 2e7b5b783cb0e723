// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.pascaline.actors.state.RoleState;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who has a party's dealing key and all that is public lacks the secret of the link. */
class EpochSecrecyTest {
  private static final int PARTY = 1;
  private static final long EPOCH = 77;

  private final SecureRandom random = new SecureRandom();
  private final CorrelationKey key = CorrelationKey.generate(random);
  private final byte[] dealerNonce = bytes(LinkMessage.NONCE_BYTES);
  private final byte[] party0Nonce = bytes(LinkMessage.NONCE_BYTES);
  private final byte[] party1Nonce = bytes(LinkMessage.NONCE_BYTES);
  private final List<String> fatal = new ArrayList<>();
  private final EpochEntry entry =
      new EpochEntry(PARTY, DealingKey.of(key), party1Nonce, RoleState.inMemory(), fatal::add);

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Returns a link that exports a secret and does nothing else. */
  private static Link link(byte[] secret) {
    return (Link)
        Proxy.newProxyInstance(
            Link.class.getClassLoader(),
            new Class<?>[] {Link.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("exportSecret")) {
                return secret.clone();
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /** Returns what the dealer announces over a link. */
  private LinkMessage.EpochStart announced(byte[] secret) {
    byte[] salt =
        EpochSalt.of(
            PARTY,
            EPOCH,
            dealerNonce,
            party0Nonce,
            party1Nonce,
            EpochSalt.linkSecret(link(secret)));
    return new LinkMessage.EpochStart(
        EPOCH, dealerNonce, party0Nonce, party1Nonce, KeyedRandom.derive(key, salt).confirmation());
  }

  @Test
  void shouldGiveBothEndsOfALinkTheSameKeys() {
    byte[] secret = bytes(32);
    LinkMessage.EpochStart start = announced(secret);

    KeyedRandom keys = entry.keysOrNull(start, link(secret));

    assertNotNull(keys);
    assertArrayEquals(start.keyConfirmation(), keys.confirmation());
    assertEquals(List.of(), fatal);
  }

  @Test
  void shouldTakeNoKeysOfAnotherLink() {
    assertNull(entry.keysOrNull(announced(bytes(32)), link(bytes(32))));
    assertEquals(1, fatal.size());
  }

  @Test
  void shouldNotRevealMasksByTheDealingKeyAndThePublicRest() {
    LinkMessage.EpochStart start = announced(bytes(32));

    byte[] guess = KeyedRandom.derive(key, EpochSalt.of(PARTY, start, new byte[0])).confirmation();
    byte[] zeros = KeyedRandom.derive(key, EpochSalt.of(PARTY, start, new byte[32])).confirmation();

    assertFalse(Arrays.equals(start.keyConfirmation(), guess));
    assertFalse(Arrays.equals(start.keyConfirmation(), zeros));
  }

  /** A plaintext link protects nothing, and a party on one still serves. */
  @Test
  void shouldGiveKeysOverPlaintextLinks() {
    assertNotNull(entry.keysOrNull(announced(new byte[0]), link(new byte[0])));
  }

  @Test
  void shouldKeepTheSecretOutOfAudits() {
    byte[] secret = bytes(32);
    LinkMessage.EpochStart start = announced(secret);

    assertEquals(EpochSalt.of(PARTY, start, new byte[0]).length, EpochSalt.common(start).length);
  }
}
