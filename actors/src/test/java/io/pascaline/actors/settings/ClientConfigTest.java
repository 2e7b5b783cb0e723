// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConfigTest {
  @TempDir private Path folder;

  @Test
  void shouldReadTheRuntimeSettings() throws IOException {
    RuntimeSettings runtime =
        config(
                "insecure = true, connect-timeout = 7s, spin-us = 3\n"
                    + "aeron { idle = spin, driver-thread = shared, directory = /dev/shm/driver }\n"
                    + "advertise = \"client.example:7\", max-links = 9, peer-timeout = 2s\n"
                    + "resume-timeout = 1s, link { rtt = 40ms, bandwidth = 200, mtu = 1376 }")
            .runtime();

    assertEquals(
        RuntimeSettings.builder()
            .connectTimeoutMs(7_000)
            .spinUs(3)
            .idleMode(IdleMode.SPIN)
            .driverThread(DriverThread.SHARED)
            .aeronDirectory("/dev/shm/driver")
            .links(
                LinkSettings.of(LinkSecurity.Plain.INSECURE).toBuilder()
                    .advertised(LinkAddress.udp("client.example", 7))
                    .maxLinks(9)
                    .peerTimeoutMs(2_000)
                    .resumeTimeoutMs(1_000)
                    .profile(
                        NetworkProfile.measured(Duration.ofMillis(40), 200).withMtuBytes(1_376))
                    .build())
            .build(),
        runtime);
  }

  @Test
  void shouldUseDefaultsForMissingKeys() throws IOException {
    assertEquals(
        RuntimeSettings.builder().links(LinkSettings.of(LinkSecurity.Plain.INSECURE)).build(),
        config("insecure = true").runtime());
    assertEquals(1_024, config("").maxPending());
    assertEquals(new InputConfig(List.of("0"), List.of("1"), List.of()), config("").input());
  }

  @Test
  void shouldReadPartiesInputsAndRequestLimit() throws IOException {
    NetworkPlan plan = SmallNetworks.linear().plan();
    Files.write(folder.resolve("plan.bin"), plan.encode());
    ClientConfig config =
        config(
            "plan = plan.bin, listen = \"0.0.0.0:40999\", advertise = \"client.example:7\"\n"
                + "party0 = \"[::1]:40400\", party1 = \"party1.example:1\"\n"
                + "by-model = on, max-pending = 5, labels = [cat, dog]\n"
                + "input { mean = \"0.1,0.2\", std = [0.3, 0.4] }");

    assertArrayEquals(plan.digest(), config.plan().digest());
    assertEquals(LinkAddress.udp("0.0.0.0", 40999), config.listen());
    assertEquals(LinkAddress.udp("[::1]", 40400), config.party(0));
    assertEquals(LinkAddress.udp("party1.example", 1), config.party(1));
    assertTrue(config.isByModel());
    assertEquals(5, config.maxPending());
    assertEquals(
        new InputConfig(List.of("0.1", "0.2"), List.of("0.3", "0.4"), List.of("cat", "dog")),
        config.input());
  }

  @Test
  void shouldNameFileLineAndKeyWithTheRemedy() throws IOException {
    ClientConfig config = config("insecure = true\nparty0 = \"224.0.0.1:1\"");

    SettingsFault fault = assertThrows(SettingsFault.class, () -> config.party(0));

    assertEquals(
        "config file "
            + folder.resolve("client.conf")
            + " line 2: party0 is '224.0.0.1:1', not the address of one machine:"
            + " name the host and port at which that role is reached",
        fault.line());
  }

  private ClientConfig config(String text) throws IOException {
    return ClientConfig.read(Files.writeString(folder.resolve("client.conf"), text));
  }
}
