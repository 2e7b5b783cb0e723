// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user starts and ends it. */
@Timeout(120)
class DemoCommandTest {
  private static final int TERMINATED = 143;

  @TempDir private Path folder;

  @Test
  void shouldServeThePageUntilItIsToldToStop() throws Exception {
    JavaProcess process =
        JavaProcess.start(folder.resolve("err"), List.of(), "io.pascaline.cli.Pascaline", "demo");
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8))) {
      assertTrue(out.readLine().contains("serve on 127.0.0.1"));
      assertTrue(out.readLine().contains("Ctrl-C"));
      URI page = URI.create(out.readLine());
      HttpClient http = HttpClient.newHttpClient();

      var served = http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
      assertEquals(200, served.statusCode());
      assertTrue(served.body().contains("<h1>Pascaline</h1>"));
      assertTrue(
          served
              .headers()
              .firstValue("Content-Security-Policy")
              .orElseThrow()
              .startsWith("default-src 'none'; script-src 'self';"));
      var sample =
          http.send(
              HttpRequest.newBuilder(page.resolve("/samples/11")).build(),
              BodyHandlers.ofByteArray());
      assertEquals("image/png", sample.headers().firstValue("Content-Type").orElseThrow());

      process.terminate();
      assertEquals("the demo ends", out.readLine());
      assertEquals(TERMINATED, process.exitCode(30));
      assertEquals("", process.errors());
      Assertions.assertThrows(
          ConnectException.class,
          () -> http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()));
    } finally {
      process.end();
    }
  }
}
