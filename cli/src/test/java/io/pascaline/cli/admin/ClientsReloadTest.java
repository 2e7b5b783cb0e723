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
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients and quotas of a role's file, which change while the role runs. */
class ClientsReloadTest {
  @TempDir private Path folder;

  private final List<ClientRules> applied = new ArrayList<>();
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

  private static ClientRules rules(
      int maxSessions, int requestsPerSecond, PublicIdentity... clients) {
    return new ClientRules(Optional.of(List.of(clients)), maxSessions, requestsPerSecond);
  }

  private static ClientRules quotas(int maxSessions, int requestsPerSecond) {
    return new ClientRules(Optional.empty(), maxSessions, requestsPerSecond);
  }

  private ClientsReload reload() throws IOException {
    Path file = folder.resolve("party0.conf");
    Files.writeString(file, "include \"identities.conf\"\nlisten = \"127.0.0.1:0\"\n");
    return ClientsReload.ofParty(file, RoleConfig.party(file), applied::add);
  }

  @Test
  void shouldAdmitWhomAnIncludedFileListsOnceItHasSettled() throws IOException {
    write(first);
    try (ClientsReload reload = reload()) {
      reload.look();
      reload.look();
      assertEquals(List.of(), applied);

      write(first, second);
      reload.look();
      assertEquals(List.of(), applied);
      reload.look();
      reload.look();
      assertEquals(List.of(rules(0, 0, first, second)), applied);

      write(second);
      assertEquals(rules(0, 0, second), reload.reload());
      reload.look();
      assertEquals(List.of(rules(0, 0, first, second), rules(0, 0, second)), applied);
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
      assertEquals(List.of(), applied);

      write(second);
      reload.look();
      reload.look();
      assertEquals(List.of(rules(0, 0, second)), applied);
    }
  }

  /** A party that has started with sealed links does not lose its clients by a word in its file. */
  @Test
  void shouldReadIdentitiesAsThePartyHasStarted() throws IOException {
    write(first);
    try (ClientsReload reload = reload()) {
      Path file = folder.resolve("party0.conf");
      Files.writeString(file, Files.readString(file) + "insecure = true");
      assertEquals(rules(0, 0, first), reload.reload());
      Files.writeString(folder.resolve("identities.conf"), "identities { clients = [nobody] }\n");
      assertThrows(SettingsFault.class, reload::reload);
      try (ClientsReload open = ClientsReload.ofParty(file, RoleConfig.party(file), applied::add)) {
        assertEquals(quotas(0, 0), open.reload());
      }
    }
  }

  @Test
  void shouldApplyTheQuotasOfTheFileAndNothingElseOfIt() throws IOException {
    write(first);
    try (ClientsReload reload = reload()) {
      Path file = folder.resolve("party0.conf");
      String settings = Files.readString(file);
      Files.writeString(file, settings + "client { max-sessions = 3, requests-per-second = 5 }");
      reload.look();
      reload.look();
      Files.writeString(file, settings + "client.max-sessions = 2000000000");
      reload.look();
      assertThrows(SettingsFault.class, reload::reload);
      Files.writeString(file, settings + "client.max-sessions = 3, max-queued = 7");
      reload.look();
      reload.look();
      Files.writeString(file, settings + "client.max-sessions = 3, max-queued = 8");
      reload.look();
      reload.look();
      assertEquals(List.of(rules(3, 5, first), rules(3, 0, first)), applied);
      Files.writeString(file, settings);
      assertEquals(rules(0, 0, first), reload.reload());
    }
  }

  /** The server has memory for the clients that it has started with. */
  @Test
  void shouldApplyTheQuotaOfAServerAndLeaveItsClients() throws IOException {
    write(first);
    Path file = folder.resolve("server.conf");
    String settings = "include \"identities.conf\"\nlisten = \"127.0.0.1:0\"\n";
    Files.writeString(file, settings);
    try (ClientsReload reload =
        ClientsReload.ofServer(file, RoleConfig.server(file), applied::add)) {
      Files.writeString(file, settings + "client.requests-per-second = 5");
      reload.look();
      reload.look();
      write(first, second);
      reload.look();
      reload.look();
      assertEquals(List.of(quotas(0, 5)), applied);
      Files.writeString(file, settings + "client.max-sessions = 3");
      reload.look();
      assertThrows(SettingsFault.class, reload::reload);
      Files.writeString(file, settings);
      assertEquals(quotas(0, 0), reload.reload());
      assertEquals(List.of(quotas(0, 5), quotas(0, 0)), applied);
    }
  }

  @Test
  void shouldApplyTheQuotaOfAGateway() throws IOException {
    Path file = folder.resolve("gateway.conf");
    String settings = "party = 0\n";
    Files.writeString(file, settings);
    try (ClientsReload reload =
        ClientsReload.ofGateway(file, RoleConfig.gatewayNode(file), applied::add)) {
      Files.writeString(file, settings + "gateway.max-requests-per-client = 7");
      reload.look();
      assertEquals(List.of(), applied);
      reload.look();
      Files.writeString(file, settings + "gateway.max-requests-per-client = 0");
      reload.look();
      reload.look();
      Files.writeString(
          file, settings + "gateway { max-requests-per-client = 7, max-requests = 9 }");
      reload.look();
      reload.look();
      assertEquals(List.of(quotas(7, 0)), applied);
    }
  }
}
