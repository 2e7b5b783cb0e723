// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients of a party's file, which change while the party runs. */
class ClientsReloadTest {
  @TempDir private Path folder;

  private final List<List<PublicIdentity>> admitted = new ArrayList<>();
  private final PublicIdentity first = identity();
  private final PublicIdentity second = identity();

  private static PublicIdentity identity() {
    return PrivateIdentity.generate(new SecureRandom()).publicIdentity();
  }

  private void write(PublicIdentity... clients) throws IOException {
    String listed =
        List.of(clients).stream()
            .map(client -> "\"" + client + "\"")
            .collect(Collectors.joining(", "));
    Files.writeString(
        folder.resolve("identities.conf"), "identities { clients = [" + listed + "] }\n");
  }

  private ClientsReload reload() throws IOException {
    Path file = folder.resolve("party0.conf");
    Files.writeString(file, "include \"identities.conf\"\nlisten = \"127.0.0.1:0\"\n");
    return new ClientsReload(file, RoleConfig.party(file).clients(), admitted::add);
  }

  @Test
  void shouldAdmitWhomAnIncludedFileListsOnceItHasSettled() throws IOException {
    write(first);
    try (ClientsReload reload = reload()) {
      reload.look();
      reload.look();
      assertEquals(List.of(), admitted);

      write(first, second);
      reload.look();
      assertEquals(List.of(), admitted);
      reload.look();
      reload.look();
      assertEquals(List.of(List.of(first, second)), admitted);

      write(second);
      assertEquals(1, reload.reload());
      reload.look();
      assertEquals(List.of(List.of(first, second), List.of(second)), admitted);
    }
  }

  @Test
  void shouldKeepTheFormerClientsWhereTheFileCannotBeUsed() throws IOException {
    write(first);
    try (ClientsReload reload = reload()) {
      Files.writeString(folder.resolve("identities.conf"), "identities { clients = [\"ed25519:");
      reload.look();
      reload.look();
      assertThrows(SettingsFault.class, reload::reload);
      assertEquals(List.of(), admitted);

      write(second);
      reload.look();
      reload.look();
      assertEquals(List.of(List.of(second)), admitted);
    }
  }
}
