// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PartyClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.LogFormat;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.Role;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * A client that never stops asking: some requests in flight at a time, and what failed is asked
 * again. Says that it is up, then prints {@code asked IMAGE}, {@code answer IMAGE MILLISECONDS
 * WORDS...} and {@code failed REASON IMAGE MILLISECONDS DETAIL}, milliseconds since it asked.
 *
 * <p>Arguments: its configuration file, a seed, how many requests in flight, the largest pause
 * between an answer and the next request in milliseconds, the deadline in milliseconds, and whether
 * it is party 1 of a server.
 */
final class LoadClient {
  private static final long RETRY_PAUSE_MS = 50;
  private static final long NANOS_PER_MS = 1_000_000;

  private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private final ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor();
  private final SplittableRandom random;
  private final int maxPauseMs;
  private final InferenceService client;
  private final int elementCount;

  private LoadClient(InferenceService client, int elementCount, long seed, int maxPauseMs) {
    this.client = client;
    this.elementCount = elementCount;
    this.random = new SplittableRandom(seed);
    this.maxPauseMs = maxPauseMs;
  }

  /** Asks until it is killed. */
  public static void main(String[] args) {
    // Bound before any other thread logs: what it would have to hold back, it complains about.
    LoggerFactory.getILoggerFactory();
    boolean isParty = Boolean.parseBoolean(args[5]);
    Path file = Path.of(args[0]);
    RoleConfig config = isParty ? RoleConfig.clientAsParty(file) : RoleConfig.client(file);
    config.logFormat().ifPresent(LogFormat::apply);
    NetworkPlan plan = config.plan();
    Duration timeout = Duration.ofMillis(Long.parseLong(args[4]));
    InferenceService client =
        isParty ? asParty(config, plan, timeout) : ofParties(config, plan, timeout);
    System.out.println("up");
    LoadClient load =
        new LoadClient(
            client,
            plan.inputShape().elementCount(),
            Long.parseLong(args[1]),
            Integer.parseInt(args[3]));
    load.pauses.execute(
        () -> {
          for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            load.ask(load.random.nextLong());
          }
        });
    System.err.println(client.failure().toCompletableFuture().join());
    System.exit(1);
  }

  private static InferenceService ofParties(RoleConfig config, NetworkPlan plan, Duration timeout) {
    return PrivateInferenceClient.builder(plan)
        .listen(config.listen())
        .party(0, config.dialled("party0"), null)
        .party(1, config.dialled("party1"), null)
        .runtime(config.runtime(Role.CLIENT, -1))
        .requestTimeout(timeout)
        .retry(RetryPolicy.never())
        .connect();
  }

  /** Starts a client that is party 1, by its settings file. */
  static PartyClient asParty(RoleConfig config, NetworkPlan plan, Duration timeout) {
    return PrivateInferenceClient.asParty(plan)
        .listen(config.listen())
        .server(config.dialled("party0"), null)
        .dealer(config.dialled("dealer"), null)
        .runtime(
            config.runtimeWithClientsAsParty(Role.PARTY, 1).toBuilder()
                .state(config.stateOfClient())
                .build())
        .requestTimeout(timeout)
        .retry(RetryPolicy.never())
        .connect();
  }

  private void ask(long image) {
    say("asked " + image);
    long startNs = System.nanoTime();
    client
        .infer(SmallNetwork.image(elementCount, image))
        .whenCompleteAsync(
            (result, failed) -> {
              long tookMs = (System.nanoTime() - startNs) / NANOS_PER_MS;
              if (failed == null) {
                onAnswer(image, tookMs, result);
              } else {
                onFailure(image, tookMs, failed);
              }
            },
            pauses);
  }

  private void onAnswer(long image, long tookMs, InferenceResult result) {
    StringBuilder line = new StringBuilder("answer ").append(image).append(' ').append(tookMs);
    for (int word : result.logitWords()) {
      line.append(' ').append(word);
    }
    say(line.toString());
    pauses.schedule(
        () -> ask(random.nextLong()), random.nextInt(maxPauseMs + 1), TimeUnit.MILLISECONDS);
  }

  private void onFailure(long image, long tookMs, Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    String reason = cause instanceof InferenceException typed ? typed.reason().name() : "UNTYPED";
    say("failed " + reason + " " + image + " " + tookMs + " " + cause.getMessage());
    pauses.schedule(() -> ask(image), RETRY_PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
