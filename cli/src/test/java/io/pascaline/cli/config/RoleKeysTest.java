// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.settings.IdentityFile;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each role reads every key that its file may have. If a key has a value that no setting can have,
 * the role refuses it with a fault that names the key. The tests call the readers that the role's
 * command calls. A role need not read some public identities of other roles, because all roles
 * include the same list of them.
 */
class RoleKeysTest {
  private static final String IMPOSSIBLE = " = [{}]\n";
  private static final List<Consumer<RoleConfig>> GATEWAY =
      List.of(
          RoleConfig::gateway,
          RoleConfig::isGatewayInsecure,
          RoleConfig::isClusterInsecure,
          config -> config.cluster(0));

  @TempDir private Path folder;
  private final Map<String, String> identities = new HashMap<>();

  @BeforeEach
  void writeWhatTheFilesName() throws IOException {
    for (String name : new String[] {"dealer", "party0", "party1", "client"}) {
      identities.put(
          name,
          IdentityFile.generate(folder.resolve(name + ".identity"), new SecureRandom())
              .publicIdentity()
              .toString());
    }
    KeyFile.generate(folder.resolve("0.key"), new SecureRandom());
    Files.write(folder.resolve("plan.bin"), SmallNetworks.linear().plan().encode());
  }

  @Test
  void shouldReadEveryKeyOfADealer() throws IOException {
    assertReadsAllBut(
        Set.of(),
        RoleConfig::dealer,
        links("dealer") + "keys.party0 = 0.key\n",
        List.of(
            RoleConfig::models,
            RoleConfig::plan,
            RoleConfig::dealerKeys,
            config -> config.runtime(Role.DEALER, -1),
            config -> config.runtimeWithClientsAsParty(Role.DEALER, -1),
            RoleConfig::inferencesPerMinute,
            RoleConfig::state,
            RoleConfig::metrics));
  }

  @Test
  void shouldReadEveryKeyOfAParty() throws IOException {
    assertReadsAllBut(
        Set.of(),
        RoleConfig::party,
        links("party0") + gateway(),
        Stream.concat(
                GATEWAY.stream(),
                Stream.<Consumer<RoleConfig>>of(
                    RoleConfig::models,
                    RoleConfig::share,
                    RoleConfig::partyKey,
                    RoleConfig::cell,
                    RoleConfig::publicUrl,
                    config -> config.dialled("dealer"),
                    config -> config.dialled("party0"),
                    config -> config.runtime(Role.PARTY, 0),
                    RoleConfig::state,
                    RoleConfig::metrics))
            .toList());
  }

  @Test
  void shouldReadEveryKeyOfAGateway() throws IOException {
    assertReadsAllBut(
        Set.of(),
        RoleConfig::gatewayNode,
        gateway() + "party = 0\n",
        Stream.concat(
                GATEWAY.stream(),
                Stream.<Consumer<RoleConfig>>of(
                    config -> config.gatewayNode(SmallNetworks.linear().plan()),
                    RoleConfig::plan,
                    RoleConfig::models,
                    RoleConfig::stateDirectory,
                    RoleConfig::metrics))
            .toList());
  }

  @Test
  void shouldReadEveryKeyOfAServer() throws IOException {
    assertReadsAllBut(
        Set.of("identities.party1"),
        RoleConfig::server,
        links("party0"),
        List.of(
            RoleConfig::share,
            RoleConfig::partyKey,
            config -> config.dialled("dealer"),
            config -> config.runtimeWithClientsAsParty(Role.PARTY, 0),
            RoleConfig::precomputedForClient,
            RoleConfig::state,
            RoleConfig::metrics));
  }

  @Test
  void shouldReadEveryKeyOfAClient() throws IOException {
    assertReadsAllBut(
        Set.of("identities.dealer", "identities.clients"),
        RoleConfig::client,
        links("client"),
        List.of(
            RoleConfig::plan,
            RoleConfig::input,
            config -> config.asClient().runtime(),
            config -> config.asClient().party(0),
            config -> config.asClient().party(1),
            config -> config.asClient().isByModel(),
            config -> config.asClient().maxPending()));
  }

  @Test
  void shouldReadEveryKeyOfAClientThatIsPartyOne() throws IOException {
    assertReadsAllBut(
        Set.of("identities.party1", "identities.clients"),
        RoleConfig::clientAsParty,
        links("client"),
        List.of(
            RoleConfig::plan,
            RoleConfig::input,
            config -> config.runtimeWithClientsAsParty(Role.PARTY, 1),
            RoleConfig::stateOfClient,
            config -> config.dialled("dealer"),
            config -> config.dialled("party0"),
            config -> config.asClient().maxPending()));
  }

  /** Returns the settings of a role with links, so that no missing setting hides another one. */
  private String links(String own) {
    return "identity = "
        + own
        + ".identity, link { rtt = 1ms, bandwidth = 1 }\nidentities { dealer = \""
        + identities.get("dealer")
        + "\", party0 = \""
        + identities.get("party0")
        + "\", party1 = \""
        + identities.get("party1")
        + "\", clients = [\""
        + identities.get("client")
        + "\"] }\n";
  }

  private static String gateway() {
    return "gateway { listen = \"127.0.0.1:0\", tokens = tokens }\n"
        + "cluster.listen = \"127.0.0.1:0\"\n";
  }

  private void assertReadsAllBut(
      Set<String> unread,
      Function<Path, RoleConfig> role,
      String settings,
      List<Consumer<RoleConfig>> readers)
      throws IOException {
    Set<String> ignored = new TreeSet<>();
    for (String key : keys(role)) {
      RoleConfig config = role.apply(file(settings + key + IMPOSSIBLE));
      Pattern named = Pattern.compile(" line \\d+: " + Pattern.quote(key) + " ");
      boolean isRead =
          Stream.concat(
                  readers.stream(),
                  Stream.<Consumer<RoleConfig>>of(
                      RoleConfig::logFormat, RoleConfig::isInsecure, RoleConfig::listen))
              .anyMatch(reader -> named.matcher(fault(reader, config)).find());
      if (!isRead) {
        ignored.add(key);
      }
    }
    assertEquals(new TreeSet<>(unread), ignored);
  }

  /** Returns the keys that a role's file may have, as the fault of an unknown key lists them. */
  private List<String> keys(Function<Path, RoleConfig> role) throws IOException {
    Path file = file("unheard-of = 1");
    String remedy = assertThrows(SettingsFault.class, () -> role.apply(file)).remedy();
    List<String> keys = List.of(remedy.replace("allowed keys are ", "").split(", "));
    assertFalse(keys.size() < 10, remedy);
    return keys;
  }

  private static String fault(Consumer<RoleConfig> reader, RoleConfig config) {
    try {
      reader.accept(config);
      return "";
    } catch (SettingsFault fault) {
      return fault.line();
    }
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("role.conf"), text);
  }
}
