// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GatewayRoleTest {
  @TempDir private Path folder;

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private Path settings(int port) throws IOException {
    String token = AccessToken.generate(new SecureRandom());
    Files.writeString(
        folder.resolve("tokens"), TokenEntry.of("alice", token, Optional.empty()).line() + "\n");
    Files.createDirectory(folder.resolve("models"));
    return Files.writeString(
        folder.resolve("gateway.conf"),
        String.join(
            "\n",
            "party = 0",
            "models = models",
            "state-directory = state",
            "gateway { tokens = tokens, listen = \"127.0.0.1:" + port + "\" }",
            "cluster { listen = \"127.0.0.1:0\", seeds = [] }"));
  }

  /** A command may have waited while the role was told to stop. */
  @Test
  void shouldRefuseCommandsOnceItHasEnded() throws IOException {
    Path file = settings(0);
    GatewayRole role = new GatewayRole(RoleConfig.gatewayNode(file), file);

    role.close();

    SettingsFault fault = assertThrows(SettingsFault.class, () -> role.models().load("one"));
    assertTrue(fault.line().contains("the role ends"), fault.line());
  }

  @Test
  void shouldLeaveItsAddressIfItsDefaultsCannotBeRead() throws IOException {
    int port = freePort();
    Path file = settings(port);
    RoleConfig config = RoleConfig.gatewayNode(file);
    // The role's folder, and in place of the file something that cannot be read as one.
    Path state = new ModelStates(new StateSettings(config.stateDirectory(), false)).folder();
    Files.createDirectory(state.resolve(ModelsRole.DEFAULTS));

    SettingsFault fault =
        assertThrows(SettingsFault.class, () -> new GatewayRole(config, file).close());

    assertTrue(fault.line().contains("defaults"), fault.line());
    try (ServerSocket again = new ServerSocket()) {
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertTrue(again.isBound());
    }
  }
}
