// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An operator's commands for a running role. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("try") // The server serves by being there.
class AdminServerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private static Map<String, Object> run(String command, List<String> arguments) {
    if (command.equals("refuse")) {
      throw new CommandFault("it is refused", "ask for something else");
    }
    if (command.equals("break")) {
      throw new IllegalStateException("a defect");
    }
    return Map.of("command", command, "arguments", arguments);
  }

  private String rawAnswer(String line) throws Exception {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(AdminServer.socketIn(folder)));
      Lines.write(channel, line);
      return Lines.read(channel, AdminServer.MAX_LINE_BYTES);
    }
  }

  @Test
  void shouldTakeCommandsOfTheOwnerAlone() throws Exception {
    // What a role that was killed leaves behind.
    Files.createFile(AdminServer.socketIn(folder));
    try (AdminServer server = AdminServer.start(folder, AdminServerTest::run)) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(AdminServer.socketIn(folder))));
      JsonNode answer = AdminClient.ask(folder, "load", List.of("a b"), TIMEOUT);
      assertEquals("load", answer.get("command").asText());
      assertEquals("[\"a b\"]", answer.get("arguments").toString());
    }
    CommandFault gone =
        assertThrows(CommandFault.class, () -> AdminClient.ask(folder, "list", List.of(), TIMEOUT));
    assertTrue(gone.getMessage().contains("no role takes commands"), gone.line());
  }

  @Test
  void shouldSayWhatKeepsItFromBeingDone() throws Exception {
    try (AdminServer server = AdminServer.start(folder, AdminServerTest::run)) {
      CommandFault refused =
          assertThrows(
              CommandFault.class, () -> AdminClient.ask(folder, "refuse", List.of(), TIMEOUT));
      assertEquals("it is refused: ask for something else", refused.line());
      CommandFault broken =
          assertThrows(
              CommandFault.class, () -> AdminClient.ask(folder, "break", List.of(), TIMEOUT));
      assertTrue(broken.line().contains("see the role's log"), broken.line());
    }
  }

  @Test
  void shouldOutliveWhatIsNoCommand() throws Exception {
    try (AdminServer server = AdminServer.start(folder, AdminServerTest::run)) {
      assertTrue(rawAnswer("load everything").contains("one line of JSON"));
      // Too long a line is not kept: its sender is hung up on.
      assertThrows(
          java.io.IOException.class,
          () -> {
            String nothing = rawAnswer("x".repeat(AdminServer.MAX_LINE_BYTES * 8));
            if (nothing.isEmpty()) {
              throw new java.io.IOException("hung up");
            }
          });
      assertTrue(AdminClient.ask(folder, "list", List.of(), TIMEOUT).has("command"));
    }
  }

  @Test
  void shouldOutliveAConnectionThatCannotBeTaken() throws Exception {
    Path socket = AdminServer.socketIn(folder);
    ServerSocketChannel real = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    real.bind(UnixDomainSocketAddress.of(socket));
    try (AdminServer server =
        new AdminServer(socket, new FailingOnce(real), AdminServerTest::run)) {
      Daemons.thread(server::accept).start();
      assertTrue(AdminClient.ask(folder, "list", List.of(), TIMEOUT).has("command"));
    }
  }

  /** A model that drains keeps its command for minutes. */
  @Test
  void shouldListWhileCommandsRun() throws Exception {
    int count = 8;
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch letGo = new CountDownLatch(1);
    List<CompletableFuture<JsonNode>> unloads = new ArrayList<>();
    try (AdminServer server =
        AdminServer.start(
            folder,
            (command, arguments) -> {
              if (command.equals("unload")) {
                running.countDown();
                awaitOpen(letGo);
              }
              return run(command, arguments);
            })) {
      for (int i = 0; i < count; i++) {
        unloads.add(
            CompletableFuture.supplyAsync(
                () -> AdminClient.ask(folder, "unload", List.of(), Duration.ofSeconds(50)),
                task -> Daemons.thread(task).start()));
      }
      running.await();

      assertTrue(AdminClient.ask(folder, "list", List.of(), TIMEOUT).has("command"));

      letGo.countDown();
      for (CompletableFuture<JsonNode> unload : unloads) {
        assertEquals("unload", unload.get().get("command").asText());
      }
    } finally {
      letGo.countDown();
    }
  }

  /** What has begun goes on; what waits for its turn must not begin when the role has ended. */
  @Test
  void shouldRefuseWhatHasNotBegunWhenItCloses() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch letGo = new CountDownLatch(1);
    CountDownLatch lists = new CountDownLatch(2);
    AtomicInteger begun = new AtomicInteger();
    AdminServer.Handler handler =
        (command, arguments) -> {
          if (command.equals("unload")) {
            begun.incrementAndGet();
            running.countDown();
            awaitOpen(letGo);
          } else {
            lists.countDown();
            awaitOpen(lists);
          }
          return run(command, arguments);
        };
    try (AdminServer server = AdminServer.start(folder, handler);
        SocketChannel first = asked("unload");
        SocketChannel second = asked("unload")) {
      running.await();
      try (SocketChannel third = asked("unload");
          SocketChannel list = asked("list");
          SocketChannel otherList = asked("list")) {
        // Both at once: so no thread reads the third command any more.
        assertTrue(Lines.read(list, AdminServer.MAX_LINE_BYTES).contains("done"));
        assertTrue(Lines.read(otherList, AdminServer.MAX_LINE_BYTES).contains("done"));

        server.close();

        String refused = Lines.read(third, AdminServer.MAX_LINE_BYTES);
        assertTrue(refused.contains("the role ends"), refused);
      }
      letGo.countDown();
      assertTrue(Lines.read(first, AdminServer.MAX_LINE_BYTES).contains("done"));
      assertTrue(Lines.read(second, AdminServer.MAX_LINE_BYTES).contains("done"));
      assertEquals(2, begun.get());
    } finally {
      letGo.countDown();
    }
  }

  private SocketChannel asked(String command) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(AdminServer.socketIn(folder)));
    Lines.write(channel, "{\"command\": \"" + command + "\"}");
    return channel;
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The role hangs and its queue of connections is full: even connecting waits. */
  @Test
  void shouldGiveUpInTimeOnARoleThatTakesNoConnections() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(AdminServer.socketIn(folder));
    List<SocketChannel> queued = new ArrayList<>();
    try (ServerSocketChannel hung = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      hung.bind(address, 1);
      boolean isFull = false;
      for (int i = 0; i < 64 && !isFull; i++) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        queued.add(channel);
        channel.configureBlocking(false);
        try {
          isFull = !channel.connect(address);
        } catch (IOException full) {
          isFull = true;
        }
      }
      assertTrue(isFull);

      CommandFault late =
          assertThrows(
              CommandFault.class,
              () -> AdminClient.ask(folder, "list", List.of(), Duration.ofMillis(200)));
      assertTrue(late.line().contains("has not answered"), late.line());
    } finally {
      for (SocketChannel channel : queued) {
        channel.close();
      }
    }
  }

  /** Cannot take the first connection, as if all files were open. */
  private static final class FailingOnce extends ServerSocketChannel {
    private final ServerSocketChannel real;
    private boolean hasFailed;

    FailingOnce(ServerSocketChannel real) {
      super(real.provider());
      this.real = real;
    }

    @Override
    public SocketChannel accept() throws IOException {
      if (!hasFailed) {
        hasFailed = true;
        throw new IOException("Too many open files");
      }
      return real.accept();
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
      return real.bind(local, backlog);
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
      return real.setOption(name, value);
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
      return real.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return real.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
      return real.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
      return real.getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      real.configureBlocking(block);
    }
  }
}
