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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dealer and two parties with gateways, a JVM each with 512 MiB of heap: many clients at once,
 * and the latency beside that of sealed links to the same parties. With {@code
 * -Dpascaline.long=true}, since it takes minutes.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "pascaline.long", matches = "true")
class GatewayLoadTest {
  private static final Pattern ADDRESS = Pattern.compile("gateway (http://[0-9.:]+)");
  private static final int CLIENTS = 200;
  private static final Duration LOAD_TIME = Duration.ofSeconds(60);

  /** Failures among a thousand requests that the load may cause. */
  private static final int MAX_FAILED_PER_MILLE = 5;

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long START_TIMEOUT_S = 120;

  /** Of 20 requests; the compilers need some thousand requests over HTTP. */
  private static final int BLOCKS = 200;

  @TempDir private Path folder;

  private final String token = AccessToken.generate(new SecureRandom());
  private final Map<Member, RoleProcess> roles = new EnumMap<>(Member.class);
  private final Map<Member, URI> gateways = new ConcurrentHashMap<>();

  @BeforeEach
  void writeTokens() throws Exception {
    Files.write(
        folder.resolve("tokens"), List.of(TokenEntry.of("load", token, Optional.empty()).line()));
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

  private GatewayClient client() {
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
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    Queue<String> failed = new ConcurrentLinkedQueue<>();
    try (GatewayClient client = client()) {
      // Correlations and compilers first.
      client.infer(network.image(0)).toCompletableFuture().get(60, TimeUnit.SECONDS);
      long endNs = System.nanoTime() + LOAD_TIME.toNanos();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      AtomicLong images = new AtomicLong();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            ask(() -> {
                  long image = images.incrementAndGet();
                  return client
                      .infer(network.image(image))
                      .handle(
                          (result, failure) -> {
                            if (failure != null) {
                              count(failure, overloaded, failed);
                            } else {
                              answered.incrementAndGet();
                              check(network, image, result, wrong);
                            }
                            return System.nanoTime() < endNs;
                          });
                })
                .toCompletableFuture());
      }
      for (CompletableFuture<Void> each : clients) {
        each.get(LOAD_TIME.toSeconds() + 2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      }
    }
    System.out.printf(
        "%d clients of the gateways for %d s: %d answers, %d overloaded, failed %s%n",
        CLIENTS, LOAD_TIME.toSeconds(), answered.get(), overloaded.get(), failed);
    assertEquals(List.of(), List.copyOf(wrong));
    assertTrue(1_000 * failed.size() <= MAX_FAILED_PER_MILLE * answered.get(), failed::toString);
    assertTrue(answered.get() >= CLIENTS, answered + " answers");
    assertTrue(areAllAlive(), this::errors);
  }

  /** Asks, one request after the other, until it says that no more is wanted. */
  private static CompletionStage<Void> ask(Supplier<CompletionStage<Boolean>> question) {
    return question
        .get()
        .thenComposeAsync(
            goesOn -> goesOn ? ask(question) : CompletableFuture.<Void>completedStage(null));
  }

  private static void check(
      SmallNetwork network, long image, InferenceResult result, Queue<String> wrong) {
    String fault;
    synchronized (network) {
      fault = network.faultOf(image, result.logitWords());
    }
    if (fault != null) {
      wrong.add(fault);
    }
  }

  private static void count(Throwable failure, AtomicLong overloaded, Queue<String> failed) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof InferenceException refused && refused.reason() == AbortReason.OVERLOADED) {
      overloaded.incrementAndGet();
    } else {
      failed.add(cause.toString());
    }
  }

  @Test
  void shouldMeasureTheLatencyBesideSealedLinks() throws Exception {
    DeploymentFiles files = DeploymentFiles.writeBundled(folder);
    start(files, RoleProcess.OPTIMISED);
    try (PrivateInferenceClient linked =
            PrivateInferenceClient.fromConfig(files.config(Member.CLIENT_A)).connect();
        GatewayClient overHttp = client()) {
      float[] input = new float[linked.plan().inputShape().elementCount()];
      double[] mediansMs = TurnLatencies.mediansMs(List.of(linked, overHttp), input, BLOCKS);
      System.out.printf(
          "median of the bundled network: %.2f ms over sealed links, %.2f ms over gateways%n",
          mediansMs[0], mediansMs[1]);
      assertTrue(mediansMs[0] > 0 && mediansMs[1] > 0);
    }
  }
}
