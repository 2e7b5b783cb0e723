// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.actors.settings.IdentityFile;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.testsupport.SmallNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command and the library read the same file of a client, and take and refuse the same. */
class ClientSettingsTest {
  @TempDir private Path folder;
  private String settings;

  @BeforeEach
  void write() throws IOException {
    SecureRandom random = new SecureRandom();
    IdentityFile.generate(folder.resolve("client.identity"), random);
    settings =
        "plan = plan.bin\nidentity = client.identity\nlisten = \"127.0.0.1:0\"\n"
            + "party0 = \"127.0.0.1:1\"\nparty1 = \"127.0.0.1:2\"\n";
    for (int party = 0; party < 2; party++) {
      settings +=
          "identities.party"
              + party
              + " = \""
              + IdentityFile.generate(folder.resolve("party" + party), random).publicIdentity()
              + "\"\n";
    }
    Files.write(folder.resolve("plan.bin"), SmallNetworks.linear().plan().encode());
  }

  private Path file(String line) throws IOException {
    return Files.writeString(folder.resolve("client.conf"), settings + line + "\n");
  }

  /** Reads all that the command reads. */
  private static void readByCommand(Path file) {
    RoleConfig config = RoleConfig.client(file);
    config.plan();
    config.input();
    ClientConfig client = config.asClient();
    client.runtime();
    client.isByModel();
    client.listen();
    client.party(0);
    client.party(1);
    client.maxPending();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "insecure = true",
        "insecure = false",
        "by-model = on",
        "by-model = off",
        "input.mean = 0.5",
        "input.mean = \"0.5, 0.4\"",
        "input.mean = [0.5, 0.4]",
        "input.std = [\"0.5\", 0.4]",
        "labels = [cat, dog]",
        "link-profile = wan",
        "link-profile = \"\"",
        "link { rtt = 40ms, bandwidth = 200, mtu = 1376 }",
        "max-links = 200",
        "max-pending = 1048576",
        "connect-timeout = 20m",
        "peer-timeout = 10m",
        "resume-timeout = 1ms",
        "resume-timeout = 0",
        "listen = \"[::1]:40400\"",
        "listen = \"0.0.0.0:40400\", advertise = \"client.example:7\"",
        "party0 = \"[::1]:40400\"",
        "party1 = \"party1.example:40400\"",
        "aeron.idle = spin",
        "aeron.driver-thread = own",
        "aeron.directory = /dev/shm/driver",
        "spin-us = 0",
        "log-format = json"
      })
  void shouldBothTake(String line) throws IOException {
    Path file = file(line);

    assertDoesNotThrow(() -> readByCommand(file));
    assertDoesNotThrow(() -> PrivateInferenceClient.fromConfig(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insecure = yes",
        "insecure = on",
        "by-model = true",
        "by-model = yes",
        "input.mean = abc",
        "input.mean = \"0.5,\"",
        "input.mean = [0.5, NaN]",
        "input.std = { red = 1 }",
        "labels = cat",
        "link-profile = moon",
        "link-profile = lan, link.rtt = 1ms, link.bandwidth = 1",
        "link.rtt = 1ms",
        "link.bandwidth = 1",
        "link { rtt = 0s, bandwidth = 1 }",
        "link { rtt = 11s, bandwidth = 1 }",
        "link { rtt = 300000d, bandwidth = 1 }",
        "link { rtt = 10s, bandwidth = 1000 }",
        "link { rtt = 1ms, bandwidth = 400001 }",
        "link.mtu = 1400",
        "link.mtu = 1184",
        "link.mtu = 65536",
        "max-links = 3",
        "max-links = 257",
        "max-pending = 0",
        "max-pending = 1048577",
        "connect-timeout = 0s",
        "peer-timeout = 1s",
        "peer-timeout = 11m",
        "resume-timeout = -1ms",
        "resume-timeout = 11m",
        "listen = \"0.0.0.0:0\"",
        "listen = \"[::]:40400\"",
        "listen = \"224.0.0.1:1\"",
        "listen = \"0.0.0.0:0\", advertise = \"client.example:7\"",
        "listen = localhost",
        "listen = \"a b:1\"",
        "listen = \"localhost:65536\"",
        "listen = null",
        "advertise = \"0.0.0.0:7\"",
        "party0 = \"127.0.0.1:0\"",
        "party0 = \"0.0.0.0:1\"",
        "party0 = \"224.0.0.1:1\"",
        "party0 = \"::1:40400\"",
        "party1 = \"300.1.1.1:1\"",
        "party1 = [1]",
        "aeron.idle = nap",
        "aeron.driver-thread = none",
        "aeron.directory = [a]",
        "spin-us = 100001",
        "spin-us = often",
        "plan = other.bin",
        "identity = other.identity",
        "identities.party0 = nobody",
        "listen {",
        "retries = 3"
      })
  void shouldRefuseWithTheSameLineInCommandAndLibrary(String line) throws IOException {
    Path file = file(line);

    SettingsFault fault = assertThrows(SettingsFault.class, () -> readByCommand(file));
    assertEquals(
        fault.line(),
        assertThrows(IllegalArgumentException.class, () -> PrivateInferenceClient.fromConfig(file))
            .getMessage());
  }
}
