// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.settings.HostPort;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StatusQueryTest {
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldNotWaitForABodyThatNeverEnds() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread serving = new Thread(() -> answerHalf(server), "half an answer");
      serving.setDaemon(true);
      serving.start();

      CommandFault fault =
          assertThrows(
              CommandFault.class,
              () ->
                  StatusQuery.ask(
                      new HostPort("127.0.0.1", server.getLocalPort()), Duration.ofSeconds(1)));

      assertTrue(fault.line().contains("no role answers"), fault.line());
      serving.join(TimeUnit.SECONDS.toMillis(10));
    }
  }

  /** Promises more than it sends, and waits until the remote closes the connection. */
  private static void answerHalf(ServerSocket server) {
    try (Socket socket = server.accept()) {
      String half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
      socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      while (socket.getInputStream().read() >= 0) {
        continue;
      }
    } catch (IOException e) {
      // The test is over.
    }
  }
}
