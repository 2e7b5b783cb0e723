// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivateIdentityTest {
  private static final String SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==";

  @RepeatedTest(8)
  void shouldReadTheLineThatItWrites() {
    PrivateIdentity identity = PrivateIdentity.generate(new SecureRandom());
    String line = new String(identity.encode(), StandardCharsets.US_ASCII);

    PrivateIdentity read = PrivateIdentity.parse(" " + line + "\r\n");

    assertArrayEquals(identity.seed(), read.seed());
    assertEquals(identity.publicIdentity(), read.publicIdentity());
    assertEquals(1, line.lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pascaline-identity-1:",
        "pascaline-identity-2:" + SECRET,
        SECRET,
        "pascaline-identity-1:" + SECRET + SECRET,
        "pascaline-identity-1:not-base-64-but-secret!",
        "pascaline-identity-1:c2VjcmV0",
        "pascaline-identity-1: " + SECRET
      })
  void shouldQuoteNothingOfALineThatIsNone(String line) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> PrivateIdentity.parse(line));

    assertEquals("the line holds no identity", refused.getMessage());
    assertNull(refused.getCause(), "a cause could quote the line");
    assertEquals(0, refused.getSuppressed().length);
  }
}
