// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two operators on this machine: a gateway of each and the roles of every cell, one JVM each, by
 * settings files as users write them. For one thread.
 */
@SuppressWarnings("try") // Closing waits for processes, which may be interrupted.
final class CellProcesses implements AutoCloseable {
  private static final String MAIN = "io.pascaline.cli.Pascaline";
  private static final long START_TIMEOUT_S = 120;
  private static final Pattern ADDRESS = Pattern.compile("(?:on|gateway) (http://[0-9.:]+)");
  private static final String ANSWERED =
      "pascaline_sessions_total\\{[^}]*outcome=\"answered\"[^}]*} ([0-9.E]+)";

  private final Path folder;
  private final List<String> options;
  private final String token = AccessToken.generate(new SecureRandom());
  private final int[] clusterPorts = new int[2];
  private final List<RoleProcess> gateways = new ArrayList<>();
  private final Map<String, DeploymentFiles> files = new LinkedHashMap<>();
  private final Map<String, Map<Member, RoleProcess>> cells = new LinkedHashMap<>();
  private final Map<String, Integer> metrics = new LinkedHashMap<>();
  private final Map<String, URI> addresses = new ConcurrentHashMap<>();

  CellProcesses(Path folder) throws IOException {
    this(folder, List.of());
  }

  /** Returns processes whose JVMs optimise as users' do, to be measured. */
  static CellProcesses optimised(Path folder) throws IOException {
    return new CellProcesses(folder, RoleProcess.OPTIMISED);
  }

  private CellProcesses(Path folder, List<String> options) throws IOException {
    this.folder = folder;
    this.options = options;
    Files.write(
        folder.resolve("tokens"), List.of(TokenEntry.of("load", token, Optional.empty()).line()));
    for (int party = 0; party < 2; party++) {
      clusterPorts[party] = freePort();
    }
  }

  /**
   * Writes the files of a cell whose roles have theirs already, apart from what makes it a cell.
   */
  void prepare(String cell, DeploymentFiles deployment) throws IOException {
    prepare(cell, deployment, List.of("", ""));
  }

  /**
   * Writes the files of a cell.
   *
   * @param ofParties further settings of party 0 and party 1
   */
  void prepare(String cell, DeploymentFiles deployment, List<String> ofParties) throws IOException {
    files.put(cell, deployment);
    metrics.put(cell, freePort());
    deployment.append(Member.PARTY_0, "metrics = \"127.0.0.1:" + metrics.get(cell) + "\"");
    for (int party = 0; party < 2; party++) {
      Member member = party == 0 ? Member.PARTY_0 : Member.PARTY_1;
      deployment.append(member, "cell = \"" + cell + "\"");
      deployment.append(member, cluster(party, 0) + ofParties.get(party));
    }
  }

  private String cluster(int party, int port) {
    return "cluster { listen = \"127.0.0.1:"
        + port
        + "\", seeds = [\"127.0.0.1:"
        + clusterPorts[party]
        + "\"] }\n";
  }

  private String tokensSetting() {
    return "gateway { listen = \"127.0.0.1:0\", tokens = \"" + folder.resolve("tokens") + "\" }\n";
  }

  /** Returns the setting of a gateway in a party's process, which clients are told of. */
  String ownGateway() throws IOException {
    String address = "127.0.0.1:" + freePort();
    return "gateway { listen = \""
        + address
        + "\", public-url = \"http://"
        + address
        + "\", tokens = \""
        + folder.resolve("tokens")
        + "\" }\n";
  }

  /** Starts the gateways of both operators, for the plan of a cell. */
  void startGateways(String cell) throws Exception {
    for (int party = 0; party < 2; party++) {
      String name = "gateway" + party;
      Path config = folder.resolve(name + ".conf");
      Files.writeString(
          config,
          "party = "
              + party
              + "\nplan = \""
              + files.get(cell).folder().resolve("plan.bin")
              + "\"\n"
              + tokensSetting()
              + "metrics = \"127.0.0.1:"
              + metricsOf(name)
              + "\"\n"
              + cluster(party, clusterPorts[party]));
      gateways.add(start(name, folder, "gateway", config));
    }
    await(() -> addresses.keySet().containsAll(List.of("gateway0", "gateway1")), "gateways");
  }

  private RoleProcess start(String name, Path where, String command, Path config)
      throws IOException {
    return RoleProcess.start(
        name,
        where,
        RoleProcess.CLASS_PATH,
        options,
        line -> {
          Matcher address = ADDRESS.matcher(line);
          while (address.find()) {
            addresses.put(name, URI.create(address.group(1)));
          }
        },
        MAIN,
        command,
        "--config",
        config.toString());
  }

  void startCell(String cell) throws IOException {
    Map<Member, RoleProcess> roles = new EnumMap<>(Member.class);
    for (Member member : Member.SERVING) {
      roles.put(
          member,
          start(
              cell + "-" + member.fileName(),
              files.get(cell).folder(),
              member == Member.DEALER ? "dealer" : "party",
              files.get(cell).config(member)));
    }
    cells.put(cell, roles);
  }

  /** Returns when the last role of a cell said that it is up, by {@link System#nanoTime}. */
  long upNs(String cell) {
    return cells.get(cell).values().stream()
        .mapToLong(RoleProcess::firstLineNs)
        .max()
        .orElseThrow();
  }

  /** SIGKILL to all three roles. */
  void kill(String cell) throws InterruptedException {
    for (RoleProcess role : cells.remove(cell).values()) {
      role.kill();
    }
  }

  /** SIGTERM to all three, one after the other, as an operator restarts them. */
  void end(String cell) throws InterruptedException {
    Map<Member, RoleProcess> roles = cells.remove(cell);
    for (Member member : List.of(Member.PARTY_0, Member.PARTY_1, Member.DEALER)) {
      roles.get(member).end();
    }
  }

  /** Returns a client of the operators' gateways, which asks cells directly if it can. */
  GatewayClient client() {
    return builder(addresses.get("gateway0"), addresses.get("gateway1")).connect();
  }

  /** Returns a client whose requests all pass the operators' gateways. */
  GatewayClient routedClient() {
    return builder(addresses.get("gateway0"), addresses.get("gateway1"))
        .namedGatewaysOnly()
        .connect();
  }

  /** Returns a client that knows the gateways of a cell's parties, and nothing of cells. */
  GatewayClient clientOfParties(String cell) {
    return builder(addresses.get(cell + "-party0"), addresses.get(cell + "-party1")).connect();
  }

  private GatewayClient.Builder builder(URI party0, URI party1) {
    return PrivateInferenceClient.overGateways(party0, token, party1, token)
        .requestTimeout(Duration.ofSeconds(120));
  }

  /** Waits until both gateways have that many cells that serve. */
  void awaitReady() throws InterruptedException {
    for (int party = 0; party < 2; party++) {
      URI ready = addresses.get("gateway" + party).resolve("/health/ready");
      await(() -> status(ready) == 200, "readiness of gateway " + party);
    }
  }

  private int metricsOf(String name) throws IOException {
    metrics.put(name, freePort());
    return metrics.get(name);
  }

  /** Returns the metrics of a gateway, in Prometheus' format. */
  String gatewayMetrics(int party) {
    return metricsText("gateway" + party);
  }

  private String metricsText(String name) {
    return text(URI.create("http://127.0.0.1:" + metrics.get(name) + "/metrics"));
  }

  /** Returns how many inferences a cell has answered since its party 0 started; 0 if it is down. */
  long answered(String cell) {
    Matcher count = Pattern.compile(ANSWERED).matcher(metricsText(cell));
    return count.find() ? (long) Double.parseDouble(count.group(1)) : 0;
  }

  private static int status(URI uri) {
    try {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static String text(URI uri) {
    try {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
          .body();
    } catch (IOException notYet) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  void await(BooleanSupplier condition, String what) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_S);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNs || !areAllAlive()) {
        throw new AssertionError(what + " did not come: " + errors());
      }
      new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
    }
  }

  private boolean areAllAlive() {
    return gateways.stream().allMatch(RoleProcess::isAlive)
        && cells.values().stream()
            .allMatch(roles -> roles.values().stream().allMatch(RoleProcess::isAlive));
  }

  /** Returns what processes wrote to their standard error. */
  String errors() {
    StringBuilder text = new StringBuilder();
    gateways.forEach(gateway -> text.append(gateway.errors()).append('\n'));
    cells.values().forEach(c -> c.values().forEach(r -> text.append(r.errors()).append('\n')));
    return text.toString();
  }

  List<Path> stateFolders() {
    return files.values().stream().flatMap(each -> each.stateFolders().stream()).toList();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (String cell : List.copyOf(cells.keySet())) {
      end(cell);
    }
    for (RoleProcess gateway : gateways) {
      gateway.end();
    }
  }
}
