// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Gives a running role an operator's commands. */
public final class AdminClient {
  private static final int MAX_ANSWER_BYTES = 16 << 20;

  private AdminClient() {}

  /**
   * Gives a command and waits for its answer.
   *
   * @param stateFolder of the role
   * @param command its name
   * @param arguments the rest
   * @param timeout for all of it
   * @return what the role says
   * @throws CommandFault if no role takes commands there, or it cannot do this one
   */
  public static JsonNode ask(
      Path stateFolder, String command, List<String> arguments, Duration timeout) {
    Path socket = AdminServer.socketIn(stateFolder);
    ObjectMapper json = new ObjectMapper();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      CompletableFuture<Void> deadline =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS);
      deadline.thenRun(() -> close(channel));
      JsonNode answer;
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        Lines.write(
            channel, json.writeValueAsString(Map.of("command", command, "arguments", arguments)));
        answer = json.readTree(Lines.read(channel, MAX_ANSWER_BYTES));
      } finally {
        deadline.cancel(false);
      }
      if (answer.has("done")) {
        return answer.get("done");
      }
      throw new CommandFault(
          answer.path("fault").asText("the role has ended"),
          answer.path("remedy").asText("see its log"));
    } catch (JsonProcessingException e) {
      throw new CommandFault(
          "what answers at " + socket + " is no role of this release", "update it", e);
    } catch (ClosedChannelException late) {
      throw new CommandFault(
          "the role has not answered at " + socket + " within " + timeout.toMillis() + " ms",
          "check the role's log; 'pascaline models list' shows the state of its models",
          late);
    } catch (IOException | UnsupportedOperationException e) {
      throw new CommandFault(
          "no role takes commands at " + socket + " (" + e.getMessage() + ")",
          "run this on the role's machine, as its user, while it runs",
          e);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Whoever waits for the answer is told.
    }
  }
}
