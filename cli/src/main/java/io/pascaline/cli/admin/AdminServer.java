// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an operator's commands for a running role, at a Unix domain socket in the role's state
 * folder: whoever may write there, which is the owner alone, may command the role. A command is one
 * line of JSON, and so is the answer. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  static final int MAX_LINE_BYTES = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final String FILE = "admin";
  private static final long READ_TIMEOUT_S = 10;

  /** The one command that changes nothing; it does not wait for those that do. */
  private static final String QUERY = "list";

  /** Threads for connections and queries, and as many for other commands, which may take long. */
  private static final int THREADS = 2;

  private static final long ACCEPT_AGAIN_NS = 100_000_000;

  private final ObjectMapper json = new ObjectMapper();
  private final Path socket;
  private final ServerSocketChannel server;
  private final Handler handler;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Daemons::thread);
  private final ThreadPoolExecutor commands =
      new ThreadPoolExecutor(
          THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Daemons::thread);
  private final ScheduledExecutorService deadlines =
      Executors.newSingleThreadScheduledExecutor(Daemons::thread);

  /** What a role does with a command. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Runs a command; may block.
     *
     * @param command its name
     * @param arguments the rest
     * @return the answer, for {@link AdminClient}
     * @throws CommandFault if it cannot be done
     */
    Map<String, Object> run(String command, List<String> arguments);
  }

  AdminServer(Path socket, ServerSocketChannel server, Handler handler) {
    this.socket = socket;
    this.server = server;
    this.handler = handler;
  }

  /** Returns what is said of commands that have not begun when their role ends. */
  public static CommandFault roleEnds() {
    return new CommandFault("the role ends", "start it again, and give the command then");
  }

  /** Returns the socket of a role whose state is in that folder. */
  public static Path socketIn(Path stateFolder) {
    return stateFolder.resolve(FILE);
  }

  /**
   * Begins to take commands.
   *
   * @param stateFolder of the role, open to its owner alone
   * @param handler runs them
   * @throws CommandFault if the socket cannot be made
   */
  public static AdminServer start(Path stateFolder, Handler handler) {
    Path socket = socketIn(stateFolder);
    ServerSocketChannel server = null;
    try {
      // Left behind by a role that was killed: the folder is this role's alone.
      Files.deleteIfExists(socket);
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      AdminServer started = new AdminServer(socket, server, handler);
      Daemons.thread(started::accept).start();
      return started;
    } catch (IOException | UnsupportedOperationException e) {
      close(server);
      throw new CommandFault(
          "admin socket " + socket + " cannot be made (" + e.getMessage() + ")",
          "choose a state-directory with a shorter path, on a local file system",
          e);
    }
  }

  void accept() {
    boolean isFailing = false;
    while (server.isOpen()) {
      SocketChannel channel = null;
      try {
        channel = server.accept();
        SocketChannel accepted = channel;
        threads.execute(() -> read(accepted));
        isFailing = false;
      } catch (ClosedChannelException | RejectedExecutionException closed) {
        close(channel);
        return;
      } catch (IOException | OutOfMemoryError e) {
        // Too many open files or threads, for instance: that passes.
        close(channel);
        if (!isFailing) {
          LOG.warn("the admin socket could not accept a connection", e);
        }
        isFailing = true;
        LockSupport.parkNanos(ACCEPT_AGAIN_NS);
      }
    }
  }

  private void read(SocketChannel channel) {
    try {
      var deadline = deadlines.schedule(() -> close(channel), READ_TIMEOUT_S, TimeUnit.SECONDS);
      String line = Lines.read(channel, MAX_LINE_BYTES);
      deadline.cancel(false);
      Request request = parse(line);
      if (request.command().equals(QUERY)) {
        serve(channel, request);
      } else {
        commands.execute(new Waiting(channel, request));
      }
    } catch (IOException | RuntimeException e) {
      close(channel);
      LOG.debug("a command was not read", e);
    }
  }

  /** A command that has not begun. */
  private final class Waiting implements Runnable {
    private final SocketChannel channel;
    private final Request request;

    Waiting(SocketChannel channel, Request request) {
      this.channel = channel;
      this.request = request;
    }

    @Override
    public void run() {
      serve(channel, request);
    }

    void refuse() {
      reply(channel, () -> fault(roleEnds()));
    }
  }

  private void serve(SocketChannel channel, Request request) {
    reply(channel, () -> answer(request));
  }

  /** Hangs up whatever happens, so that nobody waits for an answer that does not come. */
  private void reply(SocketChannel channel, Supplier<Map<String, Object>> answer) {
    try (channel) {
      Lines.write(channel, json.writeValueAsString(answer.get()));
    } catch (IOException e) {
      LOG.debug("a command's answer was not taken", e);
    }
  }

  /**
   * A command as it was sent.
   *
   * @param command its name; empty if the line was none
   */
  private record Request(String command, List<String> arguments) {}

  private Request parse(String line) {
    try {
      JsonNode request = json.readTree(line);
      List<String> arguments = new ArrayList<>();
      request.path("arguments").forEach(argument -> arguments.add(argument.asText()));
      return new Request(request.path("command").asText(), arguments);
    } catch (JsonProcessingException e) {
      return new Request("", List.of());
    }
  }

  private Map<String, Object> answer(Request request) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      if (request.command().isEmpty()) {
        throw new CommandFault(
            "a command is one line of JSON", "use the command of the same release");
      }
      answer.put("done", handler.run(request.command(), request.arguments()));
    } catch (SettingsFault fault) {
      return fault(fault);
    } catch (RuntimeException e) {
      LOG.warn("a command has failed", e);
      answer.put("fault", OneLine.of(e.toString()));
      answer.put("remedy", "see the role's log");
    }
    return answer;
  }

  private static Map<String, Object> fault(SettingsFault fault) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("fault", OneLine.of(fault.getMessage()));
    answer.put("remedy", fault.remedy());
    return answer;
  }

  private static void close(AutoCloseable channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (Exception e) {
      LOG.debug("closed badly", e);
    }
  }

  /** Takes no more commands, and refuses those that have not begun; does not wait for others. */
  @Override
  public void close() {
    close(server);
    threads.shutdown();
    // An interruption would end a command half way.
    commands.shutdown();
    List<Runnable> waiting = new ArrayList<>();
    commands.getQueue().drainTo(waiting);
    waiting.forEach(each -> ((Waiting) each).refuse());
    deadlines.shutdownNow();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.debug("the socket's file stays", e);
    }
  }
}
