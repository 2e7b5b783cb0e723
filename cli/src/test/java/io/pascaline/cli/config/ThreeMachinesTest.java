// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of docs/samples/systemd: they are read as the roles read them, and fit together. */
class ThreeMachinesTest {

  /** Between the end of the sessions and the kill: a link lingers 1 s, the driver is closed. */
  private static final Duration CLOSING = Duration.ofSeconds(10);

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    KeySet.generate(folder, new SecureRandom());
    for (String role : new String[] {"dealer", "party0", "party1"}) {
      Files.copy(SystemdUnits.FOLDER.resolve(role + ".conf"), folder.resolve(role + ".conf"));
    }
  }

  @Test
  void shouldDialEachOtherWhereTheyAreReached() {
    RoleConfig dealer = RoleConfig.dealer(folder.resolve("dealer.conf"));
    RoleConfig party0 = RoleConfig.party(folder.resolve("party0.conf"));
    RoleConfig party1 = RoleConfig.party(folder.resolve("party1.conf"));

    assertEquals(LinkAddress.udp("192.0.2.10", 40400), dealer.listen());
    assertEquals(dealer.listen(), party0.dialled("dealer"));
    assertEquals(dealer.listen(), party1.dialled("dealer"));
    assertEquals(party0.listen(), party1.dialled("party0"));
    assertEquals(LinkAddress.udp("0.0.0.0", 40402), party1.listen());
    assertEquals(
        LinkAddress.udp("198.51.100.30", 40402),
        party1.runtime(Role.PARTY, 1).links().advertised());
    assertEquals(2, dealer.dealerKeys().size());
    dealer.runtime(Role.DEALER, -1);
    party0.runtime(Role.PARTY, 0);
    party0.partyKey();
    party1.partyKey();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dealer", "party0", "party1"})
  void shouldAgreeWithItsUnit(String role) throws IOException {
    boolean isDealer = role.equals("dealer");
    Path file = folder.resolve(role + ".conf");
    RoleConfig config = isDealer ? RoleConfig.dealer(file) : RoleConfig.party(file);
    RuntimeSettings runtime =
        config.runtime(isDealer ? Role.DEALER : Role.PARTY, isDealer ? -1 : role.charAt(5) - '0');
    String instance = isDealer ? "" : role.substring(5);
    Map<String, String> unit =
        SystemdUnits.read(
            isDealer ? "pascaline-dealer.service" : "pascaline-party@.service", instance);

    assertEquals(
        "/opt/pascaline/bin/pascaline "
            + (isDealer ? role : "party")
            + " --config /etc/pascaline/"
            + role
            + ".conf",
        unit.get("ExecStart"));
    assertEquals(Path.of("/var/lib", unit.get("StateDirectory"), role), config.state().directory());
    assertEquals("0700", unit.get("StateDirectoryMode"));
    Duration stop = ConfigFactory.parseString("t = " + unit.get("TimeoutStopSec")).getDuration("t");
    assertTrue(
        stop.compareTo(Duration.ofMillis(runtime.limits().drainTimeoutMs()).plus(CLOSING)) >= 0,
        () -> "TimeoutStopSec is " + stop);
    assertEquals("127.0.0.1", config.metrics().orElseThrow().host());
  }

  /** What the threat model asks for, and how a role ends. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pascaline-dealer.service",
        "pascaline-party@.service",
        "pascaline-gateway@.service"
      })
  void shouldNeitherDumpNorSwapAndEndWell(String name) throws IOException {
    Map<String, String> unit = SystemdUnits.read(name, "0");
    for (String line :
        List.of(
            "LimitCORE=0",
            "MemorySwapMax=0",
            "User=pascaline",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "Restart=on-failure",
            "RestartPreventExitStatus=2",
            "KillSignal=SIGTERM",
            "SuccessExitStatus=143")) {
      String[] pair = line.split("=");
      assertEquals(pair[1], unit.get(pair[0]), line);
    }
  }
}
