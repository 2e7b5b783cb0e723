// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.settings.HostPort;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a running role for its status. */
public final class StatusQuery {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 16 << 20;

  private StatusQuery() {}

  /**
   * Asks; waits at most five seconds each for the connection, the headers and the body.
   *
   * @param address where the role serves its metrics
   * @return what {@link StatusServer} serves at {@code /status}
   * @throws CommandFault if nothing answers there, or something else does
   */
  public static JsonNode ask(HostPort address) {
    return ask(address, TIMEOUT);
  }

  /** Asks; connection, headers and body may each take that long. */
  static JsonNode ask(HostPort address, Duration timeout) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/status"))
            .timeout(timeout)
            .build();
    try {
      HttpResponse<InputStream> response =
          HttpClient.newBuilder()
              .connectTimeout(timeout)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        JsonNode status = new ObjectMapper().readTree(read(body, timeout));
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

  /** Reads a body in time; the request's own timeout ends with the headers. */
  private static byte[] read(InputStream body, Duration timeout)
      throws IOException, InterruptedException {
    CompletableFuture<byte[]> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return body.readNBytes(MAX_BYTES);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      return read.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // The caller closes the body, which ends the reading.
      throw new IOException("the answer is incomplete", e);
    }
  }

  private static CommandFault other(HostPort address) {
    return new CommandFault(
        "what answers at " + address + " is no role of pascaline", "correct 'metrics' in the file");
  }
}
