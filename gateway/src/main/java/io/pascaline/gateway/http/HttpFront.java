// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.IgnoreCancel$;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.TLSProtocol.SessionBytes;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.TLS;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.stream.scaladsl.TcpAttributes;
import org.apache.pekko.util.ByteString;

/**
 * An HTTP/1.1 server that strangers reach: bounds connections, in all and of one address, and ends
 * those that do not ask in time, be it before, in or after the TLS handshake. Thread-safe.
 */
public final class HttpFront implements AutoCloseable {
  private static final int BACKLOG = 256;
  private static final long BIND_TIMEOUT_MS = 10_000;

  /**
   * How long a client may go on sending after its last answer was written, so that it can read it.
   * Over TLS and before it was written, the time between two requests is the limit.
   */
  private static final Duration DROP_TIME = Duration.ofSeconds(3);

  private final HttpFrontSettings settings;
  private final ActorSystem<?> system;

  /** What a connection speaks above TLS. Made once, since it primes a parser of headers. */
  private final BidiFlow<HttpResponse, SslTlsOutbound, SslTlsInbound, HttpRequest, NotUsed> http;

  private final Optional<? extends Supplier<SSLEngine>> tls;
  private final HttpHandler handler;
  private final Set<RemoteConnection> open = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private volatile boolean closing;
  private Tcp.ServerBinding binding;
  private Cancellable reaper;

  private HttpFront(
      HttpFrontSettings settings,
      ActorSystem<?> system,
      Optional<? extends Supplier<SSLEngine>> tls,
      HttpHandler handler) {
    this.settings = settings;
    this.system = system;
    this.tls = tls;
    this.handler = handler;
    http = Http.get(system).serverLayer(ServerSettings.create(settings.pekkoConfig()));
  }

  /**
   * Starts a server.
   *
   * @param settings where it listens, and its limits
   * @param system where its streams run
   * @param tls makes the server's end of a TLS connection; empty for plain HTTP
   * @param handler answers the requests
   * @throws IllegalArgumentException if the address cannot be used
   */
  public static HttpFront start(
      HttpFrontSettings settings,
      ActorSystem<?> system,
      Optional<? extends Supplier<SSLEngine>> tls,
      HttpHandler handler) {
    HttpFront front = new HttpFront(settings, system, tls, handler);
    front.bind();
    return front;
  }

  private void bind() {
    Pair<CompletionStage<Tcp.ServerBinding>, CompletionStage<Done>> listening =
        Tcp.get(system)
            // Half-closed connections: a client that is still sending can read its answer.
            .bind(settings.host(), settings.port(), BACKLOG, List.of(), true, Optional.empty())
            .toMat(Sink.foreach(this::acceptOrDrop), Keep.both())
            .run(system);
    CompletionStage<Tcp.ServerBinding> bound = listening.first();
    String what = "address " + settings.host() + ":" + settings.port() + " cannot be used (";
    try {
      binding = bound.toCompletableFuture().get(BIND_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException(what + "interrupted)", e);
    } catch (ExecutionException e) {
      throw new IllegalArgumentException(what + e.getCause().getMessage() + ")", e);
    } catch (TimeoutException e) {
      throw new IllegalArgumentException(what + "no answer of the system)", e);
    }
    listening.second().whenComplete((done, failed) -> ended("takes no connections any more"));
    system
        .getWhenTerminated()
        .whenComplete((done, failed) -> ended("has ended with its actor system"));
    Duration tick = Duration.ofMillis(Math.max(10, settings.firstRequestTimeoutMs() / 4));
    reaper =
        system
            .scheduler()
            .scheduleAtFixedRate(tick, tick, this::endIdle, system.executionContext());
  }

  private void ended(String what) {
    if (!closing) {
      failure.complete(
          "the server at "
              + settings.host()
              + ":"
              + binding.localAddress().getPort()
              + " "
              + what
              + ": see its log, and start it again");
    }
  }

  /** One connection that cannot be served must not keep the next one from being accepted. */
  private void acceptOrDrop(Tcp.IncomingConnection incoming) {
    RemoteConnection connection =
        new RemoteConnection(incoming.remoteAddress().getAddress(), System.nanoTime());
    try {
      accept(incoming, connection);
    } catch (RuntimeException e) {
      leave(connection);
      system.log().warn("a connection was dropped", e);
    }
  }

  private void accept(Tcp.IncomingConnection incoming, RemoteConnection connection) {
    if (!enter(connection)) {
      // No answer: one would need a TLS handshake first, which is what there are too many of.
      incoming.handleWith(
          Flow.fromSinkAndSource(Sink.cancelled(), Source.<ByteString>empty()), system);
      return;
    }
    Flow<ByteString, ByteString, NotUsed> watched =
        Flow.of(ByteString.class)
            .watchTermination((mat, sent) -> sent)
            // Asks for the next piece once this one is written: unread answers stay watched.
            .viaMat(incoming.flow().addAttributes(TcpAttributes.tcpWriteBufferSize(1)), Keep.left())
            .watchTermination(
                (sent, received) -> {
                  received.whenComplete((ended, failed) -> connection.lost());
                  sent.whenComplete(
                      (ended, failed) ->
                          received.whenComplete((also, withFault) -> leave(connection)));
                  return NotUsed.getInstance();
                });
    Flow<ByteString, ByteString, UniqueKillSwitch> bytes =
        BidiFlow.fromGraph(new HalfClose(DROP_TIME))
            .join(
                BidiFlow.fromGraph(KillSwitches.<ByteString, ByteString>singleBidi()).join(watched),
                Keep.right());
    Flow<HttpRequest, HttpResponse, NotUsed> exchange =
        Flow.fromGraph(new Exchange(connection, this::answer));
    UniqueKillSwitch killSwitch =
        bytes
            .join(
                http.atop(
                        PlaintextPieces.of(
                            connection::received, () -> connection.sent(System.nanoTime())))
                    .atop(encryption())
                    .reversed())
            .join(exchange)
            .run(system);
    connection.started(killSwitch);
  }

  private BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> encryption() {
    if (tls.isPresent()) {
      // A refused request is no longer read. Its answer may not be encrypted yet, so TLS goes on.
      return TLS.create(tls.get()::get, IgnoreCancel$.MODULE$);
    }
    return BidiFlow.fromFlows(
            Flow.of(SslTlsOutbound.class),
            Flow.of(SessionBytes.class).map(received -> (SslTlsInbound) received))
        .atop(TLSPlacebo.getInstance());
  }

  private CompletionStage<HttpResponse> answer(
      HttpRequest request,
      RemoteConnection connection,
      Supplier<CompletionStage<ByteString>> body) {
    connection.asked();
    return handler
        .answer(request, connection, body)
        .whenComplete(
            (response, failed) ->
                connection.answered(
                    System.nanoTime(),
                    response == null || response.getHeader("connection").isPresent()));
  }

  private synchronized boolean enter(RemoteConnection connection) {
    int ofAddress = byAddress.getOrDefault(connection.site(), 0);
    if (open.size() >= settings.maxConnections()
        || ofAddress >= settings.maxConnectionsPerAddress()) {
      return false;
    }
    byAddress.put(connection.site(), ofAddress + 1);
    return open.add(connection);
  }

  private synchronized void leave(RemoteConnection connection) {
    if (open.remove(connection)) {
      byAddress.computeIfPresent(connection.site(), (site, count) -> count == 1 ? null : count - 1);
    }
    connection.lost();
  }

  private void endIdle() {
    long nowNs = System.nanoTime();
    long firstNs = TimeUnit.MILLISECONDS.toNanos(settings.firstRequestTimeoutMs());
    long furtherNs = TimeUnit.MILLISECONDS.toNanos(settings.keepAliveTimeoutMs());
    open.forEach(connection -> connection.endIfIdle(nowNs, firstNs, furtherNs));
  }

  /** Returns where it listens, an ephemeral port resolved. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Returns how many connections are open. */
  public int connectionCount() {
    return open.size();
  }

  /**
   * Completes with one line if it ends without having been closed, with its actor system or alone;
   * never otherwise.
   */
  public CompletionStage<String> failure() {
    return failure.minimalCompletionStage();
  }

  /** Takes no more connections; those that there are end with the actor system. */
  @Override
  public void close() {
    closing = true;
    reaper.cancel();
    if (system.getWhenTerminated().toCompletableFuture().isDone()) {
      return;
    }
    try {
      binding.unbind().toCompletableFuture().get(BIND_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | CompletionException e) {
      system.log().warn("the port is still open", e);
    }
  }
}
