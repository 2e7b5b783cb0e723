// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.settings.HostPort;
import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves a role's metrics on an address of this machine alone: {@code /metrics} for Prometheus,
 * {@code /status} for {@code pascaline status}. It takes nothing but those two questions.
 * Thread-safe.
 */
public final class StatusServer implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final int THREADS = 2;
  private static final String MAX_TIME_S = "10";

  static {
    // The JDK knows no other way to end a connection whose client stalls, which would keep a
    // thread for ever. It reads this once for the whole process, with its first server.
    for (String limit : List.of("sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime")) {
      if (System.getProperty(limit) == null) {
        System.setProperty(limit, MAX_TIME_S);
      }
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Status status;

  private StatusServer(HttpServer server, ExecutorService threads, Status status) {
    this.server = server;
    this.threads = threads;
    this.status = status;
  }

  /**
   * Starts serving.
   *
   * @param address a loopback address; port 0 takes any free one
   * @param status what to serve; closed with the server
   * @throws CommandFault if the address is another machine's business or taken
   */
  public static StatusServer start(HostPort address, Status status) {
    HttpServer server;
    try {
      InetAddress host = InetAddress.getByName(address.host());
      if (!host.isLoopbackAddress()) {
        throw new CommandFault(
            "metrics is '" + address + "', which other machines reach",
            "name a port of 127.0.0.1: it has no password, so put a proxy before it");
      }
      server = HttpServer.create(new InetSocketAddress(host, address.port()), BACKLOG);
    } catch (IOException e) {
      throw new CommandFault(
          "metrics cannot be served at " + address + " (" + e.getMessage() + ")",
          "name a free port of this machine, or end what has it",
          e);
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "pascaline-metrics");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", exchange -> refuse(exchange, 404));
    server.createContext(
        "/metrics",
        exchange ->
            answer(exchange, "text/plain; version=0.0.4; charset=utf-8", status::prometheus));
    server.createContext("/status", exchange -> answer(exchange, "application/json", status::json));
    server.start();
    return new StatusServer(server, threads, status);
  }

  /** Returns the port that it serves at. */
  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, String type, Supplier<String> body)
      throws IOException {
    if (!exchange.getRequestMethod().equals("GET")
        || !exchange.getRequestURI().getPath().equals(exchange.getHttpContext().getPath())) {
      refuse(exchange, exchange.getRequestMethod().equals("GET") ? 404 : 405);
      return;
    }
    try (exchange) {
      byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static void refuse(HttpExchange exchange, int code) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(code, -1);
    }
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(status);
    parts.own(threads::shutdownNow);
    parts.own(() -> server.stop(0));
    parts.close();
  }
}
