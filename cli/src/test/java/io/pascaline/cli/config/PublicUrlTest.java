// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.settings.SettingsFault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a party of a cell says that clients reach its own gateway. */
class PublicUrlTest {
  private static final String CELL = "cell = a, cluster.listen = \"127.0.0.1:0\"\n";
  private static final String GATEWAY = "gateway { listen = \"127.0.0.1:0\", tokens = tokens }\n";

  @TempDir private Path folder;

  private RoleConfig party(String settings) throws IOException {
    return RoleConfig.party(Files.writeString(folder.resolve("party0.conf"), settings));
  }

  private static String url(String address) {
    return "gateway.public-url = \"" + address + "\"\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://cell-a0.example:8443", "http://127.0.0.1:8443"})
  void shouldBeToldToClients(String address) throws IOException {
    RoleConfig config = party(CELL + GATEWAY + url(address));
    assertEquals(Optional.of(URI.create(address)), config.publicUrl());
    assertTrue(config.gateway().isPresent());
    assertEquals(Optional.of("a"), config.cell());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://cell-a0.example", "https://cell-a0.example/path", "cell-a0", "a b"})
  void shouldBeProtected(String address) throws IOException {
    RoleConfig config = party(CELL + GATEWAY + url(address));
    String line = assertThrows(SettingsFault.class, config::publicUrl).line();
    assertTrue(line.contains("gateway.public-url must be https://HOST"), line);
  }

  @Test
  void shouldBelongToTheGatewayOfACell() throws IOException {
    String address = url("https://cell-a0.example");
    RoleConfig withoutCell = party(GATEWAY + address);
    String line = assertThrows(SettingsFault.class, withoutCell::publicUrl).line();
    assertTrue(line.contains("gateway.public-url is given without cell"), line);

    RoleConfig withoutGateway = party(CELL + address);
    line = assertThrows(SettingsFault.class, withoutGateway::publicUrl).line();
    assertTrue(line.contains("gateway.public-url is given without gateway.listen"), line);

    RoleConfig withModels = party(CELL + GATEWAY + address + "models = models\n");
    assertTrue(withModels.publicUrl().isPresent());
    assertTrue(withModels.models().isPresent());
  }
}
