// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.PartyClient;
import io.pascaline.cli.config.RoleConfig;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Clients of a server in one JVM, each of them party 1, that ask nothing. Reads the settings file
 * of each from the standard input, and prints {@code ready} once that client has an epoch with its
 * masked weights and the correlations of an inference.
 */
final class IdleClients {
  private static final Duration WITHIN = Duration.ofMinutes(5);

  private IdleClients() {}

  /** Connects clients until the standard input ends. */
  public static void main(String[] args) throws Exception {
    // Bound before any other thread logs: what it would have to hold back, it complains about.
    LoggerFactory.getILoggerFactory();
    List<PartyClient> clients = new ArrayList<>();
    BufferedReader files =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String file = files.readLine(); file != null; file = files.readLine()) {
      RoleConfig config = RoleConfig.clientAsParty(Path.of(file));
      PartyClient client = LoadClient.asParty(config, config.plan(), WITHIN);
      clients.add(client);
      client.ready(1, WITHIN).toCompletableFuture().get();
      System.out.println("ready");
    }
    clients.forEach(PartyClient::close);
  }
}
