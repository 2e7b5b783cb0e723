// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.closing.Parts;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.InputDescription;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.layers.compile.CompiledNetwork;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Dealer, two parties and a gateway of each in this process, on loopback. One process holds
 * everything, so it protects nothing. Thread-safe.
 */
public final class DemoDeployment implements AutoCloseable {
  private static final int PARTIES = 2;
  private static final String CLIENT = "demo";

  private final EmbeddedInference service;
  private final List<Gateway> gateways = new ArrayList<>();
  private final List<String> tokens = new ArrayList<>();
  private final List<Path> tokenFiles = new ArrayList<>();

  private DemoDeployment(EmbeddedInference service) {
    this.service = service;
  }

  /**
   * Starts everything.
   *
   * @param network what the parties compute
   * @param input what its owner says of its inputs and classes
   * @param samples PNG pictures that the page offers
   * @param port of party 0's gateway, whose page is shown; 0 for any free one
   * @throws CommandFault if an address or a temporary file cannot be used
   */
  public static DemoDeployment start(
      CompiledNetwork network, ModelInput input, List<byte[]> samples, int port) {
    DemoDeployment demo =
        new DemoDeployment(EmbeddedInference.start(network, EmbeddedSettings.defaults()));
    try {
      demo.startGateways(input, samples, port);
      return demo;
    } catch (IOException | IllegalArgumentException e) {
      demo.close();
      throw new CommandFault(
          "a gateway cannot start (" + e.getMessage() + ")", "name another --port, or none", e);
    } catch (RuntimeException e) {
      demo.close();
      throw e;
    }
  }

  private void startGateways(ModelInput input, List<byte[]> samples, int port) throws IOException {
    SecureRandom random = new SecureRandom();
    InputDescription description =
        new InputDescription(
            List.of(input.mean().split(",")),
            List.of(input.deviation().split(",")),
            input.classLabels());
    for (int party = 0; party < PARTIES; party++) {
      String token = AccessToken.generate(random);
      Path file = Files.createTempFile("pascaline-demo", ".tokens");
      tokens.add(token);
      tokenFiles.add(file);
      Files.writeString(file, TokenEntry.of(CLIENT, token, Optional.empty()).line() + "\n");
      gateways.add(
          Gateway.start(
              GatewaySettings.builder(file)
                  .listen("127.0.0.1", party == 0 ? port : 0)
                  .input(description)
                  .samples(samples)
                  .build(),
              service.clientEntrance(party)));
    }
    gateways.get(0).linkTo(gateways.get(1).address());
    gateways.get(1).linkTo(gateways.get(0).address());
  }

  /** Returns the roles, which can be asked directly as well. */
  public EmbeddedInference service() {
    return service;
  }

  /** Completes with one line when a role or a gateway has failed; never otherwise. */
  public CompletionStage<String> failure() {
    CompletionStage<String> first = service.failure();
    for (Gateway gateway : gateways) {
      first = first.applyToEither(gateway.failure(), Function.identity());
    }
    return first;
  }

  /** Returns where a party's gateway is. */
  public URI gateway(int party) {
    return gateways.get(party).address();
  }

  /** Returns the token for a party's gateway. */
  public String token(int party) {
    return tokens.get(party);
  }

  /**
   * Returns the page's address. Its fragment holds the tokens; browsers do not send it, and the
   * page takes it out of the address bar.
   */
  public URI page() {
    return URI.create(gateway(0) + "/#token0=" + token(0) + "&token1=" + token(1));
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    tokenFiles.forEach(file -> parts.own(() -> delete(file)));
    parts.own(service);
    gateways.forEach(parts::own);
    gateways.forEach(gateway -> parts.own(gateway::drain));
    parts.close();
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It holds hashes of tokens that nobody accepts any more.
    }
  }
}
