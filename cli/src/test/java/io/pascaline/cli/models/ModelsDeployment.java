// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.cli.admin.AdminClient;
import io.pascaline.cli.config.KeySet;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Dealer and two parties with gateways, in this process, from settings files as operators write
 * them; or the three roles of a cell, and the gateways of both operators. Models stand ready in a
 * folder beside and are loaded by commands.
 */
public final class ModelsDeployment implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Path folder;
  private final String[] tokens = {AccessToken.generate(RANDOM), AccessToken.generate(RANDOM)};
  private final boolean isCell;
  private final boolean hasOwnGateways;
  private List<String> originsAtNamed = List.of();
  private List<String> originsAtOwn = List.of();
  private final List<GatewayRole> gateways = new ArrayList<>();
  private ModelsRole dealer;
  private ModelsRole party0;
  private ModelsRole party1;

  public ModelsDeployment(Path folder) throws IOException {
    this(folder, false, false);
  }

  /** Prepares the roles of a cell, and two gateways that are roles of their own. */
  static ModelsDeployment ofCell(Path folder) throws IOException {
    return new ModelsDeployment(folder, true, false);
  }

  /** Prepares these, and a gateway of its own for each party of the cell. */
  static ModelsDeployment ofCellWithOwnGateways(Path folder) throws IOException {
    return new ModelsDeployment(folder, true, true);
  }

  private ModelsDeployment(Path folder, boolean isCell, boolean hasOwnGateways) throws IOException {
    this.folder = folder;
    this.isCell = isCell;
    this.hasOwnGateways = hasOwnGateways;
    KeySet.generate(folder, RANDOM);
    for (String role : roles()) {
      Files.createDirectory(folder.resolve(role + "-models"));
      Files.createDirectory(folder.resolve(role + "-later"));
    }
    for (int party = 0; party < 2; party++) {
      Files.writeString(
          folder.resolve("tokens" + party),
          TokenEntry.of("alice", tokens[party], Optional.empty()).line() + "\n");
    }
  }

  /** Writes what each role gets of a model, where none finds it before {@link #start}. */
  public void addModel(String name, FusedNetwork network) throws IOException {
    Path plan = Files.createDirectory(folder.resolve("dealer-later").resolve(name));
    Files.write(plan.resolve("plan.bin"), network.plan().encode());
    for (int party = 0; isCell && party < 2; party++) {
      Path files =
          Files.createDirectory(folder.resolve("gateway" + party + "-later").resolve(name));
      Files.write(files.resolve("plan.bin"), network.plan().encode());
      Files.writeString(files.resolve("input.conf"), "labels = [a, b, c]\n");
    }
    for (ModelShare share : ModelShares.split(network, RANDOM)) {
      String role = "party" + share.partyId();
      Path files = Files.createDirectory(folder.resolve(role + "-later").resolve(name));
      share.write(files.resolve(role + ".share"));
      Files.writeString(files.resolve("input.conf"), "labels = [a, b, c]\n");
    }
  }

  /** Lets pages of these origins use the gateways that users name, and the cell's own ones. */
  void allowPages(List<String> atNamed, List<String> atOwn) {
    originsAtNamed = atNamed;
    originsAtOwn = atOwn;
  }

  /** Starts the roles without any model; the folders of all models are there afterwards. */
  public void start() throws IOException {
    Path file =
        write(
            "dealer",
            "keys { party0 = \"dealer-party0.key\", party1 = \"dealer-party1.key\" }",
            "listen = \"127.0.0.1:0\"");
    dealer = ModelsRole.dealer(RoleConfig.dealer(file), file);
    for (int party = 0; isCell && party < 2; party++) {
      gateways.add(startGateway(party));
    }
    Path file0 = writeParty(0, "127.0.0.1:0");
    party0 = ModelsRole.party(RoleConfig.party(file0), file0);
    Path file1 = writeParty(1, "127.0.0.1:0");
    party1 = ModelsRole.party(RoleConfig.party(file1), file1);
    for (String role : roles()) {
      Path models = folder.resolve(role + "-models");
      try (var later = Files.list(folder.resolve(role + "-later"))) {
        for (Path model : later.toList()) {
          Files.move(model, models.resolve(model.getFileName()));
        }
      }
    }
  }

  private List<String> roles() {
    List<String> deployment = List.of("dealer", "party0", "party1");
    return isCell
        ? Stream.concat(deployment.stream(), Stream.of("gateway0", "gateway1")).toList()
        : deployment;
  }

  private GatewayRole startGateway(int party) throws IOException {
    // Two nodes in one process agree sooner than by gossip once a second.
    Files.writeString(
        folder.resolve("pekko.conf"),
        "pekko.cluster.gossip-interval = 100ms\n"
            + "pekko.cluster.leader-actions-interval = 100ms\n"
            + "pekko.cluster.periodic-tasks-initial-delay = 100ms\n");
    Path file =
        Files.writeString(
            folder.resolve("gateway" + party + ".conf"),
            String.join(
                "\n",
                "party = " + party,
                "models = \"gateway" + party + "-models\"",
                gatewaySettings(party, "listen = \"127.0.0.1:0\"", originsAtNamed),
                cluster("[]")));
    return new GatewayRole(RoleConfig.gatewayNode(file), file);
  }

  private static String cluster(String seeds) {
    return "cluster { listen = \"127.0.0.1:0\", seeds = " + seeds + ", pekko = \"pekko.conf\" }";
  }

  private static String gatewaySettings(int party, String listen, List<String> origins) {
    String quoted = origins.stream().map(each -> "\"" + each + "\"").toList().toString();
    return "gateway { tokens = \"tokens" + party + "\", origins = " + quoted + ", " + listen + " }";
  }

  /** Returns the settings of a party's gateway, if it has one. */
  private String ownGateway(int party) throws IOException {
    if (!isCell) {
      return gatewaySettings(party, "listen = \"127.0.0.1:0\"", originsAtNamed);
    }
    if (!hasOwnGateways) {
      return "";
    }
    // The party announces the port before it has it.
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + free.getLocalPort();
      return gatewaySettings(
          party,
          "listen = \"" + address + "\", public-url = \"http://" + address + "\"",
          originsAtOwn);
    }
  }

  private Path writeParty(int party, String listen) throws IOException {
    return write(
        "party" + party,
        "key = \"dealer-party" + party + ".key\"",
        "listen = \"" + listen + "\"",
        "dealer = \"" + hostPort(dealer) + "\"",
        party == 1 ? "party0 = \"" + hostPort(party0) + "\"" : "",
        isCell
            ? "cell = a\n" + cluster("[\"" + gateways.get(party).node().clusterAddress() + "\"]")
            : "",
        ownGateway(party),
        "threads = 1");
  }

  private Path write(String role, String... lines) throws IOException {
    return Files.writeString(
        folder.resolve(role + ".conf"),
        String.join(
            "\n",
            "include \"identities.conf\"",
            "models = \"" + role + "-models\"",
            "identity = \"" + role + ".identity\"",
            String.join("\n", lines)));
  }

  private static String hostPort(ModelsRole role) {
    return role.address().channel().replace("aeron:udp?endpoint=", "");
  }

  /** Returns the settings of a client of links that asks for a model. */
  public Path clientConfig(String name) throws IOException {
    return Files.writeString(
        folder.resolve("client.conf"),
        String.join(
            "\n",
            "include \"identities.conf\"",
            "plan = \"dealer-models/" + name + "/plan.bin\"",
            "identity = \"client.identity\"",
            "listen = \"127.0.0.1:0\"",
            "by-model = on",
            "party0 = \"" + hostPort(party0) + "\"",
            "party1 = \"" + hostPort(party1) + "\""));
  }

  /** Returns the metrics of a party, as Prometheus reads them. */
  public String metricsOf(int party) {
    return (party == 0 ? party0 : party1).status().prometheus();
  }

  /** Returns how many requests the own gateway of a cell's party has answered with a status. */
  long answeredByOwn(int party, String kind, int status) {
    Matcher counted =
        Pattern.compile(
                "(?m)^pascaline_gateway_requests_total\\{kind=\""
                    + kind
                    + "\"[^}]*status=\""
                    + status
                    + "\"[^}]*\\} ([0-9.]+)")
            .matcher(metricsOf(party));
    return counted.find() ? (long) Double.parseDouble(counted.group(1)) : 0;
  }

  /** Waits until both parties' own gateways have answered another request, if they have any. */
  void awaitDirectAnswer() {
    if (hasOwnGateways) {
      long[] before = {answeredByOwn(0, "infer", 200), answeredByOwn(1, "infer", 200)};
      await(
          () ->
              answeredByOwn(0, "infer", 200) > before[0]
                  && answeredByOwn(1, "infer", 200) > before[1],
          "an answer of the cell's own gateways");
    }
  }

  /** Returns the metrics of a gateway of a cell. */
  String metricsOfGateway(int party) {
    return gateways.get(party).status().prometheus();
  }

  /** Writes other settings of clients to the files of both parties, and lets them apply these. */
  void reloadClients(String settings) throws IOException {
    for (String role : new String[] {"party0", "party1"}) {
      Path file = folder.resolve(role + ".conf");
      String others =
          Files.readAllLines(file).stream()
              .filter(line -> !line.startsWith("client {"))
              .collect(Collectors.joining("\n"));
      Files.writeString(file, others + "\nclient { " + settings + " }\n");
    }
    parties().forEach(role -> AdminClient.ask(role, "reload", List.of(), TIMEOUT));
  }

  void restartParty1() throws IOException {
    String listen = hostPort(party1);
    party1.close();
    Path file = writeParty(1, listen);
    party1 = ModelsRole.party(RoleConfig.party(file), file);
  }

  /** Returns where the roles take commands: dealer, party 0, party 1, and gateways of a cell. */
  List<Path> all() {
    return roles().stream().map(role -> folder.resolve(role + ".state")).toList();
  }

  List<Path> parties() {
    return all().subList(1, 3);
  }

  /** Returns where the roles that clients ask take commands: the parties, or the gateways. */
  List<Path> asked() {
    return isCell ? all().subList(3, 5) : parties();
  }

  /** Loads a model at all roles. */
  void load(String name) {
    all().forEach(role -> AdminClient.ask(role, "load", List.of(name), TIMEOUT));
  }

  private static JsonNode list(Path role) {
    return AdminClient.ask(role, "list", List.of(), TIMEOUT).get("models");
  }

  /** Waits until both parties say that a version is ready, and the gateways of a cell. */
  void awaitReady(String version) {
    await(
        () -> all().stream().skip(1).allMatch(role -> isReady(role, version)),
        "readiness of " + version);
  }

  private static boolean isReady(Path party, String version) {
    for (JsonNode model : list(party)) {
      if (model.get("version").asText().equals(version)) {
        return model.get("ready").asBoolean();
      }
    }
    return false;
  }

  /** Returns where the gateway of a party is. */
  URI gateway(int party) {
    return isCell
        ? gateways.get(party).node().address()
        : (party == 0 ? party0 : party1).gateway().orElseThrow();
  }

  /** Returns the token of a client at a party. */
  String token(int party) {
    return tokens[party];
  }

  GatewayClient connect() {
    return PrivateInferenceClient.overGateways(gateway(0), tokens[0], gateway(1), tokens[1])
        .model("small")
        .requestTimeout(Duration.ofSeconds(60))
        .connect();
  }

  static void await(BooleanSupplier condition, String what) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNs > 0) {
        throw new AssertionError(what + " did not come within 120 s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @Override
  public void close() {
    for (ModelsRole role : new ModelsRole[] {party1, party0, dealer}) {
      if (role != null) {
        role.close();
      }
    }
    gateways.forEach(GatewayRole::close);
  }
}
