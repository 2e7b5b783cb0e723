// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.config.HostPort;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a running role for its status. */
public final class StatusQuery {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 16 << 20;

  private StatusQuery() {}

  /**
   * Asks, for at most five seconds.
   *
   * @param address where the role serves its metrics
   * @return what {@link StatusServer} serves at {@code /status}
   * @throws CommandFault if nothing answers there, or something else does
   */
  public static JsonNode ask(HostPort address) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/status"))
            .timeout(TIMEOUT)
            .build();
    try {
      HttpResponse<InputStream> response =
          HttpClient.newBuilder()
              .connectTimeout(TIMEOUT)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        JsonNode status = new ObjectMapper().readTree(body.readNBytes(MAX_BYTES));
        if (response.statusCode() == 200 && status.has("role") && status.has("meters")) {
          return status;
        }
      }
    } catch (JsonProcessingException e) {
      throw other(address);
    } catch (IOException e) {
      throw new CommandFault(
          "no role answers at " + address,
          "start it, with 'metrics' set in its file, and give it some seconds",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted", "try again", e);
    }
    throw other(address);
  }

  private static CommandFault other(HostPort address) {
    return new CommandFault(
        "what answers at " + address + " is no role of pascaline", "correct 'metrics' in the file");
  }
}
