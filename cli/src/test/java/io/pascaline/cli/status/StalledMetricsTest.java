// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.pascaline.actors.settings.HostPort;
import io.pascaline.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Metrics whose connections stall. They are served by a JVM of their own: another server of this
 * one may have read the JDK's limits before.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StalledMetricsTest {
  private static final int STALLED = 4;

  /** Longer than the server lets a connection stall: no other limit interrupts a read. */
  private static final int ANSWER_TIMEOUT_MS = 30_000;

  @TempDir private Path folder;

  /** Serves a text, and prints the port. */
  static final class Serving implements Status {
    private Serving() {}

    public static void main(String[] arguments) throws IOException {
      try (StatusServer server = StatusServer.start(new HostPort("127.0.0.1", 0), new Serving())) {
        System.out.println(server.port());
        // Until the test ends this process.
        System.in.read();
      }
    }

    @Override
    public String prometheus() {
      return "served\n";
    }

    @Override
    public String json() {
      return "{}";
    }

    @Override
    public void close() {}
  }

  private static Socket send(int port, String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(ANSWER_TIMEOUT_MS);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /**
   * Returns the answer's first line; null if the request has waited as long as the stalled ones.
   */
  private static String ask(int port) throws IOException {
    try (Socket asking = send(port, "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")) {
      return reader(asking).readLine();
    } catch (SocketException reset) {
      return null;
    }
  }

  @Test
  void shouldServeAlthoughConnectionsStall() throws Exception {
    JavaProcess serving =
        JavaProcess.start(folder.resolve("err"), List.of(), Serving.class.getName());
    Socket[] stalled = new Socket[STALLED];
    try {
      String printed =
          new BufferedReader(new InputStreamReader(serving.output(), StandardCharsets.US_ASCII))
              .readLine();
      assertNotNull(printed, serving.errors());
      int port = Integer.parseInt(printed);
      for (int i = 0; i < STALLED; i++) {
        stalled[i] = send(port, "GET /metrics HTTP/1.1\r\nHost: ");
      }

      String status = null;
      while (status == null) {
        status = ask(port);
      }
      assertEquals("HTTP/1.1 200 OK", status);
    } finally {
      for (Socket socket : stalled) {
        if (socket != null) {
          socket.close();
        }
      }
      serving.end();
    }
  }
}
