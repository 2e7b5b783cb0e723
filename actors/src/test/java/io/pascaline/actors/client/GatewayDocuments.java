// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands for a gateway: answers requests to paths with what a test gives it. */
final class GatewayDocuments implements AutoCloseable {
  private static final int OK = 200;
  private static final Answer UNKNOWN = new Answer(404, "{}");

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final HttpServer server;

  /** A response; none is sent if its status is 0. */
  private record Answer(int status, String body) {}

  GatewayDocuments() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    asked.incrementAndGet();
    Answer answer = answers.getOrDefault(exchange.getRequestURI().getRawPath(), UNKNOWN);
    if (answer.status() != 0) {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }
  }

  /** Answers a path with a document. */
  void put(String path, String document) {
    put(path, OK, document);
  }

  /** Answers a path with a status and a body; not at all if the status is 0. */
  void put(String path, int status, String body) {
    answers.put(path, new Answer(status, body));
  }

  void clear() {
    answers.clear();
  }

  int askedCount() {
    return asked.get();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
