// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.testsupport.RightAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that ask without pause, and check every answer. */
final class Load implements AutoCloseable {
  private final Operators operators;
  private final GatewayClient client;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final List<String> faults = new ArrayList<>();
  private volatile boolean ending;

  Load(Operators operators, GatewayClient client, int inFlight) {
    this.operators = operators;
    this.client = client;
    for (int i = 0; i < inFlight; i++) {
      Thread thread = new Thread(this::ask, "load-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void ask() {
    RightAnswers right = new RightAnswers(operators.network);
    while (!ending) {
      float[] input = operators.input();
      String fault;
      try {
        InferenceResult result = client.infer(input).toCompletableFuture().join();
        fault = right.faultOf(input, result.logitWords());
      } catch (CompletionException e) {
        fault = ending ? null : e.getCause().toString();
      }
      if (fault != null) {
        synchronized (faults) {
          faults.add(fault);
        }
      } else {
        answers.incrementAndGet();
      }
    }
  }

  void awaitFurther(int count) {
    int before = answers.get();
    Operators.await(
        () -> answers.get() >= before + count || !faults().isEmpty(), count + " answers");
  }

  List<String> faults() {
    synchronized (faults) {
      return List.copyOf(faults);
    }
  }

  /** Asks for nothing more, and waits for what is unanswered. */
  void end() throws InterruptedException {
    ending = true;
    for (Thread thread : threads) {
      thread.join(90_000);
    }
  }

  @Override
  public void close() {
    ending = true;
  }

  @Override
  public String toString() {
    return answers.get() + " answers, faults " + faults();
  }
}
