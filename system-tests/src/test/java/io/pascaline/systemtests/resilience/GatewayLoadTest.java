// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.transport.link.AbortReason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dealer and two parties with gateways, a JVM each with 512 MiB of heap: many clients at once,
 * more and for longer with {@code -Dpascaline.long=true}, and then also the latency beside that of
 * sealed links to the same parties, which needs an idle machine.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class GatewayLoadTest {
  private static final Pattern ADDRESS = Pattern.compile("gateway (http://[0-9.:]+)");
  private static final boolean LONG = Boolean.getBoolean("pascaline.long");

  /** Each with a token of its own at both parties. */
  private static final int CLIENTS = LONG ? 20 : 5;

  private static final int REQUESTS_OF_ONE = 10;
  private static final Duration LOAD_TIME = Duration.ofSeconds(LONG ? 60 : 5);

  /** What load may leave behind in the heap of a role: accounts, links, ids of requests. */
  private static final long MAX_LEFT_BYTES = 32L << 20;

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long START_TIMEOUT_S = 120;

  /** What gateways may add to the median of the bundled network on an idle machine. */
  private static final double MAX_OVERHEAD_MS = 3;

  /** Of 20 requests; the compilers need some thousand requests over HTTP. */
  private static final int BLOCKS = 200;

  @TempDir private Path folder;

  private final List<String> tokens =
      Stream.generate(() -> AccessToken.generate(new SecureRandom())).limit(CLIENTS).toList();
  private final Map<Member, RoleProcess> roles = new EnumMap<>(Member.class);
  private final Map<Member, URI> gateways = new ConcurrentHashMap<>();

  @BeforeEach
  void writeTokens() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      lines.add(TokenEntry.of("load" + i, tokens.get(i), Optional.empty()).line());
    }
    Files.write(folder.resolve("tokens"), lines);
  }

  @AfterEach
  void endRoles() throws Exception {
    for (RoleProcess role : roles.values()) {
      role.kill();
    }
  }

  private void start(DeploymentFiles files, List<String> options) throws Exception {
    for (Member member : Member.SERVING) {
      if (member != Member.DEALER) {
        files.append(member, "gateway { listen = \"127.0.0.1:0\", tokens = \"tokens\" }");
      }
      roles.put(
          member,
          RoleProcess.start(
              files, member, RoleProcess.CLASS_PATH, options, line -> keepAddress(member, line)));
    }
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_S);
    while (gateways.size() < 2) {
      assertTrue(System.nanoTime() < endNs && areAllAlive(), this::errors);
      new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
    }
  }

  private void keepAddress(Member member, String line) {
    Matcher address = ADDRESS.matcher(line);
    if (address.find()) {
      gateways.put(member, URI.create(address.group(1)));
    }
  }

  private boolean areAllAlive() {
    return roles.values().stream().allMatch(RoleProcess::isAlive);
  }

  private String errors() {
    return String.join("\n", roles.values().stream().map(RoleProcess::errors).toList());
  }

  private GatewayClient client(String token) {
    return PrivateInferenceClient.overGateways(
            gateways.get(Member.PARTY_0), token, gateways.get(Member.PARTY_1), token)
        .requestTimeout(TIMEOUT)
        .connect();
  }

  @Test
  void shouldAnswerManyClientsAtOnce() throws Exception {
    SmallNetwork network = SmallNetwork.of(4, 6);
    start(DeploymentFiles.write(folder, network, "connect-timeout = 5m\n"), List.of());
    AtomicLong answered = new AtomicLong();
    AtomicLong overloaded = new AtomicLong();
    Queue<String> faults = new ConcurrentLinkedQueue<>();
    Map<Member, Long> before = new EnumMap<>(Member.class);
    List<GatewayClient> clients = new ArrayList<>();
    try {
      for (String token : tokens) {
        clients.add(client(token));
      }
      // Correlations and compilers first.
      clients.get(0).infer(network.image(0)).toCompletableFuture().get(60, TimeUnit.SECONDS);
      before.putAll(heapBytes());
      long endNs = System.nanoTime() + LOAD_TIME.toNanos();
      List<CompletableFuture<Void>> askers = new ArrayList<>();
      AtomicLong images = new AtomicLong();
      for (int i = 0; i < CLIENTS * REQUESTS_OF_ONE; i++) {
        GatewayClient client = clients.get(i % CLIENTS);
        askers.add(
            ask(() -> {
                  long image = images.incrementAndGet();
                  return client
                      .infer(network.image(image))
                      .handle(
                          (result, failure) -> {
                            if (failure != null) {
                              count(failure, overloaded, faults);
                            } else {
                              answered.incrementAndGet();
                              check(network, image, result, faults);
                            }
                            return System.nanoTime() < endNs;
                          });
                })
                .toCompletableFuture());
      }
      for (CompletableFuture<Void> each : askers) {
        each.get(LOAD_TIME.toSeconds() + 2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      }
    } finally {
      clients.forEach(GatewayClient::close);
    }
    Map<Member, Long> after = heapBytes();
    System.out.printf(
        "%d clients of the gateways for %d s: %d answers, %d overloaded, heap %s, before %s%n",
        CLIENTS * REQUESTS_OF_ONE,
        LOAD_TIME.toSeconds(),
        answered.get(),
        overloaded.get(),
        after,
        before);
    assertEquals(List.of(), List.copyOf(faults));
    assertTrue(answered.get() >= CLIENTS * REQUESTS_OF_ONE, answered + " answers");
    assertTrue(areAllAlive(), this::errors);
    after.forEach(
        (member, bytes) ->
            assertTrue(
                bytes - before.get(member) < MAX_LEFT_BYTES,
                () -> member + ": heap of " + bytes + " bytes after " + before.get(member)));
  }

  private Map<Member, Long> heapBytes() throws Exception {
    Map<Member, Long> bytes = new EnumMap<>(Member.class);
    for (Map.Entry<Member, RoleProcess> role : roles.entrySet()) {
      bytes.put(role.getKey(), role.getValue().heapBytesAfterCollection());
    }
    return bytes;
  }

  /** Asks, one request after the other, until it says that no more is wanted. */
  private static CompletionStage<Void> ask(Supplier<CompletionStage<Boolean>> question) {
    return question
        .get()
        .thenComposeAsync(
            goesOn -> goesOn ? ask(question) : CompletableFuture.<Void>completedStage(null));
  }

  private static void check(
      SmallNetwork network, long image, InferenceResult result, Queue<String> faults) {
    String fault;
    synchronized (network) {
      fault = network.faultOf(image, result.logitWords());
    }
    if (fault != null) {
      faults.add(fault);
    }
  }

  private static void count(Throwable failure, AtomicLong overloaded, Queue<String> faults) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof InferenceException refused && refused.reason() == AbortReason.OVERLOADED) {
      overloaded.incrementAndGet();
    } else {
      faults.add(cause.toString());
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "pascaline.long", matches = "true")
  void shouldCostLittleBesideSealedLinks() throws Exception {
    DeploymentFiles files = DeploymentFiles.writeBundled(folder);
    start(files, RoleProcess.OPTIMISED);
    try (PrivateInferenceClient linked =
            PrivateInferenceClient.fromConfig(files.config(Member.CLIENT_A)).connect();
        GatewayClient overHttp = client(tokens.get(0))) {
      float[] input = new float[linked.plan().inputShape().elementCount()];
      TurnLatencies latencies = TurnLatencies.measure(List.of(linked, overHttp), input, BLOCKS);
      double overheadMs = latencies.medianDifferenceMs(1, 0);
      System.out.printf(
          "median of the bundled network: %.2f ms over sealed links, %.2f ms over gateways;"
              + " median of the differences: %.2f ms%n",
          latencies.medianMs(0), latencies.medianMs(1), overheadMs);
      assertTrue(overheadMs <= MAX_OVERHEAD_MS, () -> "gateways cost " + overheadMs + " ms");
    }
  }
}
