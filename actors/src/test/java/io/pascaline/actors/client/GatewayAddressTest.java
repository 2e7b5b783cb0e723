// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://party0.example",
        "https://party0.example:8443",
        "http://localhost:8080",
        "http://127.0.0.11:8080",
        "http://[::1]:8080"
      })
  void shouldTakeWhatNobodyCanRead(String address) {
    assertDoesNotThrow(() -> GatewayAddress.requireProtected(URI.create(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://party0.example",
        "http://localhost.example",
        "http://127.0.0.1.example:80",
        "https://party0.example/",
        "https://party0.example/path",
        "https://party0.example?query",
        "https://party0.example#fragment",
        "https://user@party0.example",
        "ftp://party0.example",
        "https:party0.example",
        "party0.example"
      })
  void shouldRefuseOthers(String address) {
    URI uri = URI.create(address);
    assertThrows(IllegalArgumentException.class, () -> GatewayAddress.requireProtected(uri));
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, https://b.example, true",
    "http://127.0.0.1:1, http://127.0.0.1:2, true",
    "https://a.example, http://127.0.0.1:2, true",
    "http://127.0.0.1:1, https://b.example, false",
    "http://127.0.0.1:1, http://b.example, false",
    "http://a.example, http://b.example, false"
  })
  void shouldNotTakeLessProtectionThanTheNamingGatewayHas(
      String address, String naming, boolean isTaken) {
    URI uri = URI.create(address);
    if (isTaken) {
      assertDoesNotThrow(() -> GatewayAddress.requireAsProtected(uri, URI.create(naming)));
    } else {
      assertThrows(
          IllegalArgumentException.class,
          () -> GatewayAddress.requireAsProtected(uri, URI.create(naming)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, https://A.example:443, true",
    "http://a.example, http://a.example:80, true",
    "https://a.example., https://a.example:443, true",
    "https://a.example, https://A.example.:443, true",
    "https://a.example., https://b.example., false",
    "https://a.example:8443, http://a.example:8443, true",
    "https://a.example, https://b.example, false",
    "https://a.example, https://a.example:8443, false"
  })
  void shouldKnowOneHostAndPort(String first, String second, boolean areOne) {
    boolean found = GatewayAddress.areOne(URI.create(first), URI.create(second));
    if (areOne) {
      assertTrue(found);
    } else {
      assertFalse(found);
    }
  }
}
