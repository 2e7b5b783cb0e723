// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PublicIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkConfigTest {
  private static final List<String> NAMES = List.of("dealer", "party0", "party1", "client");

  @TempDir private Path folder;

  private final Map<String, PublicIdentity> identities = new TreeMap<>();

  @BeforeEach
  void makeIdentities() {
    for (String name : NAMES) {
      identities.put(
          name,
          IdentityFile.generate(folder.resolve(name + ".identity"), new SecureRandom())
              .publicIdentity());
    }
  }

  /** Who may be dialled by, or dial, each role; nobody else's handshake is answered. */
  @ParameterizedTest
  @CsvSource({
    "dealer, DEALER, -1, 'party 0, party 1'",
    "party0, PARTY, 0, 'client, dealer, party 1'",
    "party1, PARTY, 1, 'client, dealer, party 0'",
    "client, CLIENT, -1, 'party 0, party 1'"
  })
  void shouldKnowItsPeersAndNobodyElse(String own, Role role, int partyId, String peers)
      throws IOException {
    LinkSecurity.Secured security = secured(config(own, all()), role, partyId);

    assertEquals("PinnedPeers[" + peers + "]", security.peers().toString());
    assertEquals(identities.get(own), security.own().publicIdentity());
    for (String name : NAMES) {
      String peer = name.replace("party", "party ");
      assertEquals(peers.contains(peer), security.peers().contains(identities.get(name)), name);
    }
  }

  /** Where clients are party 1, nobody knows another party 1, and the dealer knows the clients. */
  @ParameterizedTest
  @CsvSource({
    "dealer, DEALER, -1, 'party 0, party 1'",
    "party0, PARTY, 0, 'dealer, party 1'",
    "client, PARTY, 1, 'dealer, party 0'"
  })
  void shouldKnowClientsAsPartyOne(String own, Role role, int partyId, String peers)
      throws IOException {
    LinkSecurity.Secured security =
        assertInstanceOf(
            LinkSecurity.Secured.class, config(own, all()).read(role, partyId, true).security());

    assertEquals("PinnedPeers[" + peers + "]", security.peers().toString());
    assertEquals(
        peers.contains("party 1"), security.peers().contains(identities.get("client")), own);
    assertFalse(security.peers().contains(identities.get("party1")));
  }

  @Test
  void shouldRefuseClientsAsPartyOneInPlaintextOrWithoutAny() throws IOException {
    LinkConfig open = config("insecure = true");
    SettingsFault insecure =
        assertThrows(SettingsFault.class, () -> open.read(Role.PARTY, 0, true));
    assertTrue(insecure.line().contains("dealing keys from sealed links"), insecure.line());

    LinkConfig nobody = config("party0", all().replaceAll("clients = .*", ""));
    SettingsFault none = assertThrows(SettingsFault.class, () -> nobody.read(Role.PARTY, 0, true));
    assertTrue(none.line().contains("identities.clients"), none.line());
  }

  @Test
  void shouldTakeAnyNumberOfClients() throws IOException {
    PublicIdentity other =
        IdentityFile.generate(folder.resolve("other"), new SecureRandom()).publicIdentity();
    String two = all().replace("\"]", "\", \"" + other + "\"]");

    assertEquals(2, secured(config("party0", two), Role.PARTY, 0).peers().named("client").size());
    String none = all().replaceAll("clients = .*", "");
    assertEquals(0, secured(config("party0", none), Role.PARTY, 0).peers().named("client").size());
  }

  @Test
  void shouldNeedAnIdentityAndThoseOfItsPeers() throws IOException {
    assertFault(config(all()), Role.DEALER, -1, "identity is missing", "keygen --identity");
    for (String peer : new String[] {"dealer", "party1"}) {
      assertFault(
          config("party0", all().replaceAll("(?m)^" + peer + " = .*$", "")),
          Role.PARTY,
          0,
          "'identities." + peer + "' is missing");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519:AAAA", "rsa:x", "", "ed25519:not base 64"})
  void shouldNameAnIdentityThatIsNone(String text) throws IOException {
    String broken = all().replace(identities.get("party1").toString(), text);

    assertFault(
        config("party0", broken), Role.PARTY, 0, "line 5: identities.party1 holds no public", "44");
  }

  /** A line that was exchanged for somebody else's is seen by the role that it was meant for. */
  @Test
  void shouldFindAnotherInItsOwnPlace() throws IOException {
    String stranger =
        IdentityFile.generate(folder.resolve("stranger"), new SecureRandom())
            .publicIdentity()
            .toString();
    String own = identities.get("party0").toString();

    assertFault(
        config("party0", all().replace(own, stranger)),
        Role.PARTY,
        0,
        "line 4: identities.party0 is not the public line",
        "write " + own);
  }

  @Test
  void shouldRefuseOneIdentityForTwo() throws IOException {
    String party1 = identities.get("party1").toString();
    assertFault(
        config("party0", all().replace(identities.get("dealer").toString(), party1)),
        Role.PARTY,
        0,
        "same identity " + party1,
        "of its own");
    assertFault(
        config("party0", all().replace(party1, identities.get("party0").toString())),
        Role.PARTY,
        0,
        "own identity",
        "of its own");
  }

  @Test
  void shouldLeaveLinksOpenOnlyWhereItSaysInsecure() throws IOException {
    LinkConfig open = config("insecure = true");
    assertTrue(open.isInsecure());
    assertEquals(LinkSecurity.Plain.INSECURE, open.read(Role.DEALER, -1).security());
    assertFalse(config("").isInsecure());
    for (String other : new String[] {"yes", "1", "TRUE"}) {
      assertFault(
          config("insecure = " + other), Role.DEALER, -1, "insecure is '" + other, "true, false");
    }
  }

  @Test
  void shouldTakeTheProfileThatIsNamed() throws IOException {
    assertEquals(NetworkProfile.usual(), profile(""));
    assertEquals(NetworkProfile.lan(), profile("link-profile = lan"));
    assertEquals(NetworkProfile.regional(), profile("link-profile = regional"));
    assertEquals(
        NetworkProfile.wan().withMtuBytes(1_376), profile("link-profile = wan, link.mtu = 1376"));
    NetworkProfile own = profile("link { rtt = 40ms, bandwidth = 200 }");
    assertEquals(40_000, own.roundTripUs());
    assertEquals(200_000_000, own.bitsPerSecond());
    assertTrue(own.strict());
    assertEquals(1 << 20, own.windowBytes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "link-profile = moon | link-profile is 'moon' | lan, regional, wan",
        "link-profile = lan, link.rtt = 1ms | link-profile is given beside | take one",
        "link.rtt = 1ms | link.bandwidth is missing | together",
        "link.bandwidth = 1 | link.rtt is missing | together",
        "link.rtt = 11s, link.bandwidth = 1 | rtt is above 10s | correct it",
        "link.rtt = 10s, link.bandwidth = 1000 | 512 MiB | correct it",
        "link.rtt = 300000d, link.bandwidth = 1 | link.rtt | correct it",
        "link.rtt = 1ms, link.bandwidth = 0 | link.bandwidth is 0 | from 1 to 400000",
        "link.mtu = 1400 | link.mtu is 1400 | multiple of 32",
        "link.mtu = 1184 | link.mtu is 1184 | from 1216 to 65504",
        "max-links = 3 | max-links is 3 | from 4 to 256",
        "max-links = 257 | max-links is 257 | from 4 to 256"
      })
  void shouldNameTheSettingThatIsWrong(String text, String what, String remedy) throws IOException {
    assertFault(config("insecure = true\n" + text), Role.DEALER, -1, "role.conf", what, remedy);
  }

  @Test
  void shouldTakeAsManyLinksAsItIsTold() throws IOException {
    assertEquals(64, config("insecure = true").read(Role.PARTY, 0).maxLinks());
    assertEquals(200, config("insecure = true, max-links = 200").read(Role.PARTY, 0).maxLinks());
  }

  private NetworkProfile profile(String text) throws IOException {
    return config("insecure = true\n" + text).read(Role.DEALER, -1).profile();
  }

  private static LinkSecurity.Secured secured(LinkConfig config, Role role, int partyId) {
    return assertInstanceOf(LinkSecurity.Secured.class, config.read(role, partyId).security());
  }

  /** Returns the identities of all roles, one to a line, the dealer's on the second. */
  private String all() {
    return "identities {\ndealer = \""
        + identities.get("dealer")
        + "\"\nparty0 = \""
        + identities.get("party0")
        + "\"\nparty1 = \""
        + identities.get("party1")
        + "\"\nclients = [\""
        + identities.get("client")
        + "\"]\n}";
  }

  private LinkConfig config(String own, String identities) throws IOException {
    return config("identity = \"" + own + ".identity\"\n" + identities);
  }

  private LinkConfig config(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("role.conf"), text);
    return new LinkConfig(StrictConfig.read(file, LinkConfig.KEYS));
  }

  private static void assertFault(LinkConfig config, Role role, int partyId, String... parts) {
    SettingsFault fault = assertThrows(SettingsFault.class, () -> config.read(role, partyId));
    for (String part : parts) {
      assertTrue(fault.line().contains(part), () -> "'" + part + "' is not in: " + fault.line());
    }
    assertEquals(1, fault.line().lines().count(), fault.line());
  }
}
