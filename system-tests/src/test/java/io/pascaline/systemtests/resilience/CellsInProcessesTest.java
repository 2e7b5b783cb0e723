// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.state.AuditCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two operators with two cells each, every role and gateway in a JVM of its own: with {@code
 * -Dpascaline.cells=true}, since it takes minutes. The short form is {@code CellsTest} of the
 * module cluster.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "pascaline.cells", matches = "true")
class CellsInProcessesTest {
  private static final String SETTINGS = "log-format = text\nconnect-timeout = 5m\n";
  private static final long ADDED_WITHIN_MS = 30_000;
  private static final int IN_FLIGHT = 2;
  private static final int BLOCKS = 150;
  private static final double MAX_ROUTING = 0.05;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final AtomicLong asked = new AtomicLong();
  private final AtomicInteger answers = new AtomicInteger();
  private final List<String> faults = new ArrayList<>();
  private volatile boolean ending;

  @Test
  @SuppressWarnings("try")
  void shouldServeOnWhileCellsAreKilledAddedAndRestarted() throws Exception {
    SmallNetwork network = SmallNetwork.of(4, 6);
    try (CellProcesses processes = new CellProcesses(folder)) {
      for (String cell : List.of("a", "b", "c")) {
        processes.prepare(
            cell,
            DeploymentFiles.write(Files.createDirectory(folder.resolve(cell)), network, SETTINGS));
      }
      processes.startGateways("a");
      processes.startCell("a");
      processes.startCell("b");
      processes.awaitReady();
      try (GatewayClient client = processes.client()) {
        List<Thread> load = startLoad(network, client);
        processes.await(() -> processes.answered("a") > 50, "answers of cell a");
        processes.await(() -> processes.answered("b") > 50, "answers of cell b");

        for (int party = 0; party < 2; party++) {
          String metrics = processes.gatewayMetrics(party);
          String role = "role=\"gateway" + party + "\"}";
          assertTrue(
              metrics.contains("pascaline_cell_serving{cell=\"a\"," + role + " 1.0"), metrics);
          assertTrue(metrics.contains("pascaline_cell_requests{cell=\"b\"," + role), metrics);
        }

        processes.kill("a");
        awaitFurther(processes, 100);

        long addedNs = System.nanoTime();
        processes.startCell("c");
        processes.await(() -> processes.answered("c") > 0, "an answer of the added cell");
        long nowNs = System.nanoTime();
        long addedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - addedNs);
        long sinceUpMs = TimeUnit.NANOSECONDS.toMillis(nowNs - processes.upNs("c"));

        processes.end("b");
        processes.startCell("b");
        processes.await(() -> processes.answered("b") > 50, "answers of the restarted cell");
        awaitFurther(processes, 100);
        ending = true;
        for (Thread thread : load) {
          thread.join();
        }
        System.out.printf(
            "%d answers, faults %s; the added cell answers after %d ms, %d ms after it is up%n",
            answers.get(), faults, addedMs, sinceUpMs);
        assertEquals(List.of(), faults, processes.errors());
        assertTrue(addedMs < ADDED_WITHIN_MS, addedMs + " ms");
      }
      for (String cell : List.of("b", "c")) {
        processes.end(cell);
      }
      AuditCheck.Findings audit = AuditCheck.ofDirectories(processes.stateFolders());
      System.out.println("audit: " + audit.opened() + " openings, " + audit.dealt() + " deals");
      assertEquals(List.of(), audit.violations());
      assertTrue(audit.opened() > answers.get() && audit.dealt() > answers.get());
    }
  }

  private List<Thread> startLoad(SmallNetwork network, GatewayClient client) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      Thread thread = new Thread(() -> ask(network, client), "load-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    return threads;
  }

  private void ask(SmallNetwork network, GatewayClient client) {
    while (!ending) {
      long startNs = System.nanoTime();
      long image = asked.incrementAndGet();
      String fault;
      try {
        InferenceResult result = client.infer(network.image(image)).toCompletableFuture().join();
        synchronized (network) {
          fault = network.faultOf(image, result.logitWords());
        }
      } catch (CompletionException e) {
        fault = e.getCause().toString();
      }
      synchronized (faults) {
        if (fault != null) {
          faults.add(fault);
        }
      }
      answers.incrementAndGet();
      // As much rest as work: what is added or restarted shares these cores with the load.
      LockSupport.parkNanos(System.nanoTime() - startNs);
    }
  }

  private void awaitFurther(CellProcesses processes, int count) throws InterruptedException {
    int before = answers.get();
    processes.await(() -> answers.get() >= before + count, count + " answers");
  }

  /**
   * The same parties in three ways, in turn: by their own gateways alone, by these as the
   * operators' gateways say, and over the operators' gateways and the cluster.
   */
  @Test
  @SuppressWarnings("try")
  void shouldCostLittleToRoute() throws Exception {
    try (CellProcesses processes = CellProcesses.optimised(folder)) {
      processes.prepare(
          "a",
          DeploymentFiles.writeBundled(Files.createDirectory(folder.resolve("a"))),
          List.of(processes.ownGateway(), processes.ownGateway()));
      processes.startGateways("a");
      processes.startCell("a");
      processes.awaitReady();
      try (GatewayClient own = processes.clientOfParties("a");
          GatewayClient direct = processes.client();
          GatewayClient routed = processes.routedClient()) {
        float[] input = new float[routed.plan().inputShape().elementCount()];
        TurnLatencies latencies =
            TurnLatencies.measure(List.of(own, direct, routed), input, BLOCKS);
        double[] medians = {latencies.medianMs(0), latencies.medianMs(1), latencies.medianMs(2)};
        System.out.printf(
            "median of the bundled network: %.2f ms by the parties' gateways, %.2f ms directly to"
                + " the assigned cell, %.2f ms over the operators' gateways%n",
            medians[0], medians[1], medians[2]);
        assertTrue(
            medians[1] <= (1 + MAX_ROUTING) * medians[0],
            "assignment costs " + (medians[1] - medians[0]) + " ms of " + medians[0]);
      }
    }
  }
}
