// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.cli.config.TokenSecretFile;
import io.pascaline.cli.options.CanaryOptions;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.run.Deployment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Two parties that are reached over their gateways. Filled by picocli. */
final class GatewayParties {
  private static final int PARTIES = 2;
  private static final Deployment DEPLOYMENT =
      Deployment.of("client of two remote parties, over their gateways");

  @Option(
      names = "--gateway",
      required = true,
      split = ",",
      paramLabel = "URL",
      description = "Instead of --config: the gateways of party 0 and party 1, as in URL0,URL1.")
  private List<URI> gateways;

  @Option(
      names = "--token",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description = "Files with the tokens for the gateways of party 0 and party 1, as in F0,F1.")
  private List<Path> tokens;

  @Option(
      names = "--served-model",
      paramLabel = "NAME",
      description = "Which model of the parties to ask (default: the only one).")
  private String model;

  @Option(
      names = "--authority",
      paramLabel = "FILE0,FILE1",
      description =
          "Certificates (PEM) of the authorities that sign the gateways' certificates: those for"
              + " party 0's gateway and those for party 1's, in place of the ones that Java knows."
              + " Without a file on one side of the comma, those that Java knows.")
  private String authorities;

  /**
   * Asks the gateways what they serve; their client is open from then on.
   *
   * @param timeout of each inference, retries included
   * @param retry when requests are repeated
   * @param canaries how the parties are checked, if they are
   */
  RemoteParties ask(Duration timeout, RetryPolicy retry, Optional<CanaryOptions.Choice> canaries) {
    requireTwo("--gateway", gateways);
    requireTwo("--token", tokens);
    GatewayClient client;
    try {
      GatewayClient.Builder builder =
          PrivateInferenceClient.overGateways(
                  gateways.get(0),
                  TokenSecretFile.read(tokens.get(0)),
                  gateways.get(1),
                  TokenSecretFile.read(tokens.get(1)))
              .model(model)
              .connectTimeout(timeout)
              .requestTimeout(timeout)
              .retry(retry);
      if (authorities != null) {
        trust(builder);
      }
      canaries.ifPresent(chosen -> builder.canaries(chosen.set(), chosen.rate()));
      client = builder.connect();
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "--gateway: " + e.getMessage(), "give the addresses as their operators name them", e);
    }
    return new RemoteParties(
        client.plan(),
        new ModelInput(
            client.plan().name(),
            client.plan().inputShape().dims(),
            String.join(",", client.mean()),
            String.join(",", client.std()),
            client.labels()),
        DEPLOYMENT,
        () -> client,
        client::close);
  }

  private void trust(GatewayClient.Builder builder) {
    // All parts, since an empty one stands for the authorities that Java knows.
    List<String> files = List.of(authorities.split(",", -1));
    requireTwo("--authority", files);
    for (int party = 0; party < PARTIES; party++) {
      if (files.get(party).isEmpty()) {
        continue;
      }
      try {
        builder.trustAuthority(party, Path.of(files.get(party)));
      } catch (IllegalArgumentException e) {
        throw new CommandFault(
            "--authority for party " + party + ": " + e.getMessage(),
            "ask the party's operator for the file",
            e);
      }
    }
  }

  private static void requireTwo(String option, List<?> given) {
    if (given.size() != PARTIES) {
      throw new CommandFault(
          option + " names " + given.size(), "give two, of party 0 and of party 1, as in A,B");
    }
  }
}
