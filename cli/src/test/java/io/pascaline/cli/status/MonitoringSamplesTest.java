// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cluster.CellNode;
import io.pascaline.cluster.ClusterSettings;
import io.pascaline.cluster.GatewayNode;
import io.pascaline.cluster.GatewayNodeSettings;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard, alert rules and documentation name what roles export, and nothing else. */
@Timeout(120)
class MonitoringSamplesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path SAMPLES = DOCS.resolve("samples").resolve("monitoring");
  private static final int SIDE = 6;

  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(?<name>[a-zA-Z_]\\w*)(\\{(?<labels>.*)})? [^ ]+$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern REFERENCE =
      Pattern.compile("\\b(?<name>(pascaline|jvm|process|system)_\\w+)(\\{(?<labels>[^}]*)})?");
  private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");

  /** What Prometheus adds, or a histogram of its own accord. */
  private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance", "le");

  @TempDir private static Path folder;

  private static final Map<String, Map<String, Set<String>>> EXPORTED = new TreeMap<>();
  private static final Set<String> TYPED = new TreeSet<>();

  @BeforeAll
  static void scrape() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    ModelShare share =
        ModelShares.split(
            SmallNetworks.residual(
                random,
                3,
                SIDE,
                () ->
                    List.of(
                        SmallNetworks.image(
                            SmallNetworks.inputShape(SIDE).elementCount(), random))),
            new SecureRandom())[0];
    RuntimeSettings runtime =
        RuntimeSettings.defaults().toBuilder()
            .links(LinkSettings.of(LinkSecurity.Plain.INSECURE))
            .build();
    LinkAddress any = LinkAddress.udp("127.0.0.1", 0);
    CorrelationKey key = CorrelationKey.generate(new SecureRandom());
    Path tokens = Files.writeString(folder.resolve("tokens"), "");
    try (DealerNode dealer =
            DealerNode.start(
                share.plan(), key, CorrelationKey.generate(new SecureRandom()), any, runtime);
        RoleStatus ofDealer = RoleStatus.of(dealer, share.plan());
        PartyNode party = PartyNode.start(share, key, any, dealer.address(), null, runtime);
        Gateway gateway =
            Gateway.start(GatewaySettings.builder(tokens).build(), party.clientEntrance());
        RoleStatus ofParty = RoleStatus.of(party, 0, share.plan()).withGateway(gateway)) {
      HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create(gateway.address() + "/health/live")).build(),
              BodyHandlers.discarding());
      export(ofDealer.prometheus());
      exportGatewayOfCells(party, share.plan());
      // Pauses are known once there has been one.
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      String scraped;
      do {
        System.gc();
        scraped = ofParty.prometheus();
      } while (!scraped.contains("jvm_gc_pause_seconds_count") && System.nanoTime() < endNs);
      export(scraped);
      assertEquals(
          1,
          Pattern.compile(
                  "(?m)^pascaline_gateway_requests_total\\{kind=\"health\",role=\"party0\","
                      + "status=\"200\"} 1\\.0$")
              .matcher(scraped)
              .results()
              .count(),
          scraped);
    }
  }

  /** A gateway that is a process of its own, and one cell: what it exports of cells comes late. */
  private static void exportGatewayOfCells(PartyNode party, NetworkPlan plan) throws IOException {
    GatewaySettings http = GatewaySettings.builder(folder.resolve("tokens")).build();
    try (GatewayNode gateway =
            GatewayNode.start(
                new GatewayNodeSettings(0, plan, 1, 1, 100), http, cluster(List.of()));
        RoleStatus status = RoleStatus.of(gateway, 0, plan);
        CellNode cell =
            CellNode.join(
                "a",
                cluster(List.of(gateway.clusterAddress())),
                party.clientEntrance(),
                Optional.empty(),
                () -> {})) {
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!status.prometheus().contains("pascaline_cell_serving{")) {
        assertTrue(System.nanoTime() - endNs < 0, "the gateway has found cell " + cell.name());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      }
      export(status.prometheus());
    }
  }

  /** Two nodes in one process agree sooner than by gossip once a second. */
  private static ClusterSettings cluster(List<String> seeds) throws IOException {
    Path pekko =
        Files.writeString(
            folder.resolve("pekko.conf"),
            "pekko.cluster.gossip-interval = 100ms\n"
                + "pekko.cluster.leader-actions-interval = 100ms\n"
                + "pekko.cluster.periodic-tasks-initial-delay = 100ms\n"
                + "pekko.remote.artery.advanced.shutdown-flush-timeout = 100ms\n");
    return new ClusterSettings(
        0, "127.0.0.1", 0, seeds, Optional.empty(), false, Optional.of(pekko));
  }

  @AfterAll
  static void forget() {
    EXPORTED.clear();
    TYPED.clear();
  }

  private static void export(String text) {
    Matcher sample = SAMPLE.matcher(text);
    while (sample.find()) {
      Map<String, Set<String>> labels =
          EXPORTED.computeIfAbsent(sample.group("name"), name -> new HashMap<>());
      Matcher label = LABEL.matcher(sample.group("labels") == null ? "" : sample.group("labels"));
      while (label.find()) {
        labels.computeIfAbsent(label.group(1), name -> new HashSet<>()).add(label.group(3));
      }
    }
    Pattern.compile("(?m)^# TYPE (pascaline_\\w+) ")
        .matcher(text)
        .results()
        .map(type -> type.group(1))
        .filter(name -> !name.endsWith("_seconds_max"))
        .forEach(TYPED::add);
  }

  private static List<String> expressionsOfDashboard() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(SAMPLES.resolve("pascaline-dashboard.json").toFile());
    List<String> found = new ArrayList<>();
    dashboard.findValues("expr").forEach(expr -> found.add(expr.asText()));
    dashboard
        .at("/templating/list")
        .forEach(variable -> found.add(variable.path("query").asText()));
    return found;
  }

  /** Without a reader of YAML: what belongs to an {@code expr} is indented more. */
  private static List<String> expressionsOfAlerts() throws IOException {
    List<String> found = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(SAMPLES.resolve("pascaline-alerts.yml"))) {
      if (line.startsWith("        expr: ")) {
        inside = true;
        found.add(line.substring("        expr: ".length()));
      } else if (inside && line.startsWith("          ")) {
        found.set(found.size() - 1, found.get(found.size() - 1) + " " + line.strip());
      } else {
        inside = false;
      }
    }
    return found;
  }

  @Test
  void shouldAskForWhatIsExported() throws IOException {
    List<String> expressions = expressionsOfDashboard();
    List<String> alerts = expressionsOfAlerts();
    assertTrue(expressions.size() > 30, "the dashboard has panels");
    assertTrue(alerts.size() > 10, "there are rules");
    expressions.addAll(alerts);
    for (String expression : expressions) {
      Set<String> labels = new TreeSet<>(LABELS_OF_PROMETHEUS);
      Matcher reference = REFERENCE.matcher(expression);
      while (reference.find()) {
        String name = reference.group("name");
        assertTrue(EXPORTED.containsKey(name), name + " is not exported, in " + expression);
        labels.addAll(EXPORTED.get(name).keySet());
        requireLabels(name, reference.group("labels"), expression);
      }
      BY.matcher(expression)
          .results()
          .flatMap(by -> Pattern.compile(",\\s*").splitAsStream(by.group(1)))
          .forEach(by -> assertTrue(labels.contains(by), by + " in " + expression));
    }
  }

  private static void requireLabels(String name, String given, String expression) {
    Matcher label = LABEL.matcher(given == null ? "" : given);
    while (label.find()) {
      Set<String> values = EXPORTED.get(name).get(label.group(1));
      assertFalse(values == null, label.group(1) + " is no label of " + name);
      String wanted = label.group(3);
      if (!wanted.startsWith("$")) {
        boolean isRegex = label.group(2).endsWith("~");
        assertTrue(
            values.stream()
                .anyMatch(value -> isRegex ? value.matches(wanted) : value.equals(wanted)),
            wanted + " is no " + label.group(1) + " of " + name + ", in " + expression);
      }
    }
  }

  /** In docs/metrics.md, by the names that Prometheus shows. */
  @Test
  void shouldDocumentWhatIsExported() throws IOException {
    String page = Files.readString(DOCS.resolve("metrics.md"));
    Set<String> documented = new TreeSet<>();
    Pattern.compile("`(pascaline_\\w+)`")
        .matcher(page)
        .results()
        .forEach(name -> documented.add(name.group(1)));
    // A client serves no metrics; a program registers its meters.
    assertTrue(documented.remove("pascaline_retries_total"));
    assertEquals(documented, TYPED);
  }

  /** The conventions of Prometheus: base units, and the suffix of what only grows. */
  @Test
  void shouldFollowTheConventions() {
    for (String name : TYPED) {
      assertTrue(name.matches("[a-z][a-z0-9_]*"), name);
      assertFalse(name.matches(".*_(ms|millis|kb|mib|count|percent)"), name);
    }
    assertTrue(TYPED.contains("pascaline_build_info"));
    assertTrue(
        EXPORTED.keySet().containsAll(List.of("jvm_memory_used_bytes", "process_cpu_usage")));
  }
}
