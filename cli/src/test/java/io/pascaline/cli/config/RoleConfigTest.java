// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleConfigTest {
  @TempDir private Path folder;

  @Test
  void shouldListenOnAnyFreePortAndDialTheOneThatIsNamed() throws IOException {
    RoleConfig config = party("listen = \"127.0.0.1:0\"\ndealer = \"dealer.example:40400\"");

    assertEquals(LinkAddress.udp("127.0.0.1", 0), config.listen());
    assertEquals(LinkAddress.udp("dealer.example", 40400), config.dialled("dealer"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:40999", "[::]:0", "239.1.1.1:40999"})
  void shouldNotListenWherePeersCannotAnswer(String address) throws IOException {
    RoleConfig config = party("\nlisten = \"" + address + "\"");

    assertFault(config::listen, "role.conf line 2", "listen is '" + address + "'", "this machine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:40999", "[::]:40999", "10.1.2.3:40999"})
  void shouldListenAnywhereIfPeersAreToldWhereTheyReachIt(String address) throws IOException {
    RoleConfig config =
        party("insecure = true\nlisten = \"" + address + "\"\nadvertise = \"party.example:7\"");

    assertEquals("aeron:udp?endpoint=" + address, config.listen().channel());
    assertEquals(
        LinkAddress.udp("party.example", 7), config.runtime(Role.PARTY, 0).links().advertised());
  }

  @Test
  void shouldTellPeersWhereItListensUnlessItSaysOtherwise() throws IOException {
    RoleConfig config = party("insecure = true\nlisten = \"10.1.2.3:40999\"");

    assertNull(config.runtime(Role.PARTY, 0).links().advertised());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:40400", "[::]:40400", "239.1.1.1:40400", "10.1.2.3:0"})
  void shouldNotTellPeersWhatTheyCannotDial(String address) throws IOException {
    RoleConfig config = party("listen = \"0.0.0.0:40999\"\nadvertise = \"" + address + "\"");

    assertFault(
        config::listen, "role.conf line 2", "advertise is '" + address + "'", "reach this role");
  }

  @Test
  void shouldNotListenWhereNoForwardedPortLeads() throws IOException {
    String advertise = "advertise = \"party.example:7\"\n";

    assertFault(
        party(advertise + "listen = \"0.0.0.0:0\"")::listen,
        "role.conf line 2",
        "listen is '0.0.0.0:0', any free port",
        "party.example:7 leads to");
    assertFault(
        party(advertise + "listen = \"239.1.1.1:7\"")::listen, "line 2", "listen is '239.1.1.1:7'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:40400", "[::]:40400", "127.0.0.1:0"})
  void shouldNotDialWhatNobodyListensOn(String address) throws IOException {
    RoleConfig config = party("dealer = \"" + address + "\"");

    assertFault(
        () -> config.dialled("dealer"),
        "role.conf line 1",
        "dealer is '" + address + "'",
        "is reached");
  }

  /** Quotas are what limits what a client that is party 1 can learn about the weights. */
  @Test
  void shouldLimitAClientAtTheDealerUnlessToldNotTo() throws IOException {
    assertEquals(600, dealer("").inferencesPerMinute());
    assertEquals(0, dealer("client.inferences-per-minute = 0").inferencesPerMinute());
  }

  @Test
  void shouldGiveTheDealerTheKeysByParty() throws IOException {
    Path key0 = key("0.key");
    Path key1 = key("1.key");

    List<CorrelationKey> keys = dealer("keys { party0 = 0.key, party1 = 1.key }").dealerKeys();

    assertArrayEquals(KeyFile.read(key0), keys.get(0).encoded());
    assertArrayEquals(KeyFile.read(key1), keys.get(1).encoded());
  }

  @Test
  void shouldNotTakeOneKeyForBothParties() throws IOException {
    Path key = key("0.key");
    Files.copy(key, folder.resolve("copy.key"));

    for (String other : new String[] {"0.key", "copy.key"}) {
      RoleConfig config = dealer("keys { party0 = 0.key, party1 = " + other + " }");
      SettingsFault fault =
          assertFault(
              config::dealerKeys, "role.conf line 1", "keys.party0", "keys.party1", "keygen");
      assertFalse(fault.line().contains(Files.readString(key).strip()));
    }
  }

  @Test
  void shouldNotTakeAShareThatOthersMayRead() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    Path share = Files.createFile(folder.resolve("party0.share"));
    RoleConfig config = party("share = party0.share");

    for (String open : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
      Files.setPosixFilePermissions(share, PosixFilePermissions.fromString(open));
      assertFault(config::share, share.toString(), "secret", "chmod 600 " + share);
    }
    Files.setPosixFilePermissions(share, PosixFilePermissions.fromString("r--------"));
    assertFault(config::share, "not a model share");
  }

  @Test
  void shouldKeepItsStateBesideItsSettingsUnlessItIsTold() throws IOException {
    StateSettings usual = party("listen = x").state();
    assertEquals(folder.resolve("role.state"), usual.directory());
    assertFalse(usual.audit());
    assertEquals(0, usual.storeSessions());
    assertEquals(
        new StateSettings(folder.resolve("elsewhere"), true).withStore(70, 3L << 20, 60_000),
        party(
                "state-directory = elsewhere, audit = on\n"
                    + "store { inferences = 70, max-mib = 3, expiry = 60s }")
            .state());
  }

  @Test
  void shouldBoundWhatItIsAskedFor() throws IOException {
    RoleConfig config =
        party(
            "max-queued = 7, client { max-sessions = 3, requests-per-second = 5 }\n"
                + "retry-after = 20ms, drain-timeout = 3s, peer-timeout = 2s, resume-timeout = 1s\n"
                + "insecure = true");
    assertEquals(
        PartyLimits.builder()
            .maxQueued(7)
            .clientQuota(3, 5)
            .retryAfterMs(20)
            .drainTimeoutMs(3_000)
            .build(),
        config.runtime().limits());
    LinkSettings links = config.runtime(Role.PARTY, 0).links();
    assertEquals(2_000, links.peerTimeoutMs());
    assertEquals(1_000, links.resumeTimeoutMs());
    RoleConfig hasty = party("peer-timeout = 1s, insecure = true");
    assertFault(() -> hasty.runtime(Role.PARTY, 0), "peer-timeout", "1500ms");
    assertFault(party("audit = maybe")::state, "audit", "on, off");
  }

  @Test
  void shouldBoundTheMemoryOfDealersAndParties() throws IOException {
    assertEquals(0, party("insecure = true").runtime().memoryBytes());
    assertEquals(700L << 20, party("memory.max-mib = 700").runtime().memoryBytes());
    assertEquals(5_000L << 20, dealer("memory.max-mib = 5000").runtime().memoryBytes());
    assertFault(party("memory.max-mib = 0")::runtime, "memory.max-mib", "from 1 to");
  }

  @Test
  void shouldCheckTheDealerOnlyIfItIsTold() throws IOException {
    assertEquals(0, party("max-sessions = 8").runtime().limits().dealerCheckEvery());
    assertEquals(10, party("dealer-check-every = 10").runtime().limits().dealerCheckEvery());
    assertFault(party("dealer-check-every = 1")::runtime, "dealer-check-every", "from 2 to");
  }

  @Test
  void shouldCheckTheDealerOnlyForPlansThatItDealsFor() throws IOException {
    NetworkPlan local = SmallNetworks.linear().with(Visibility.PUBLIC).plan();
    DealerCheckSetting checks = party("dealer-check-every = 10").dealerChecks();
    checks.requireFit(SmallNetworks.linear().plan());
    party("max-sessions = 8").dealerChecks().requireFit(local);
    assertFault(() -> checks.requireFit(local), "dealer-check-every", "deals nothing", "remove");
  }

  @Test
  void shouldLeaveRoomForOtherClientsUnlessItIsTold() throws IOException {
    RuntimeSettings usual = party("max-sessions = 8, max-queued = 40").runtime();
    assertEquals(12, usual.limits().clientSessions(usual.maxSessions()));
    RuntimeSettings told = party("max-queued = 40, client.max-sessions = 30").runtime();
    assertEquals(30, told.limits().clientSessions(told.maxSessions()));
    assertFault(party("client.max-sessions = 0")::runtime, "client.max-sessions", "from 1 to");
  }

  @Test
  void shouldNotTakeMetricsWhereNobodyServesThem() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("client.conf"), "party1 = \"a:1\"\nmetrics = \"127.0.0.1:9464\"");
    assertFault(() -> RoleConfig.client(file), "line 2", "unknown key 'metrics'");
    assertFault(RoleConfig.any(file)::metricsOfRunningRole, "line 1", "clients serve no metrics");
    assertEquals(9464, dealer("metrics = \"127.0.0.1:9464\"").metrics().orElseThrow().port());
    assertEquals(9464, party("metrics = \"127.0.0.1:9464\"").metrics().orElseThrow().port());
  }

  private Path key(String name) {
    Path path = folder.resolve(name);
    KeyFile.generate(path, new SecureRandom());
    return path;
  }

  private RoleConfig party(String text) throws IOException {
    return RoleConfig.party(Files.writeString(folder.resolve("role.conf"), text));
  }

  private RoleConfig dealer(String text) throws IOException {
    return RoleConfig.dealer(Files.writeString(folder.resolve("role.conf"), text));
  }

  private static SettingsFault assertFault(Executable use, String... parts) {
    SettingsFault fault = assertThrows(SettingsFault.class, use);
    for (String part : parts) {
      assertTrue(fault.line().contains(part), () -> "'" + part + "' is not in: " + fault.line());
    }
    return fault;
  }
}
