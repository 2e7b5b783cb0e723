// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.role.RoleSystem;
import java.net.InetAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How bodies are collected beside the requests of a connection. */
@Timeout(60)
class ExchangeTest {
  private static final long TIMEOUT_S = 20;

  private ActorSystem<Void> system;

  @BeforeEach
  void start() {
    system = RoleSystem.start(Behaviors.empty(), "exchange");
  }

  @AfterEach
  void stop() {
    RoleSystem.stop(system);
  }

  private static HttpRequest request(long byteCount, Source<ByteString, NotUsed> body) {
    return HttpRequest.POST("/")
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, byteCount, body));
  }

  private static Source<ByteString, NotUsed> parts(String... parts) {
    return Source.from(List.of(parts)).map(ByteString::fromString);
  }

  private static Exchange exchange(HttpHandler handler) {
    return new Exchange(new RemoteConnection(InetAddress.getLoopbackAddress(), 0), handler);
  }

  /** Answers with the body, or with why there is none. */
  private static CompletionStage<HttpResponse> echo(CompletionStage<ByteString> body) {
    return body.handle(
        (bytes, failed) ->
            failed == null
                ? HttpResponse.create().withEntity(HttpEntities.create(bytes))
                : HttpResponse.create().withStatus(400));
  }

  private List<HttpResponse> answers(HttpHandler handler, HttpRequest... requests)
      throws Exception {
    return Source.from(List.of(requests))
        .via(exchange(handler))
        .runWith(Sink.seq(), system)
        .toCompletableFuture()
        .get(TIMEOUT_S, TimeUnit.SECONDS);
  }

  private String text(HttpResponse response) throws Exception {
    return response
        .entity()
        .toStrict(1_000, system)
        .toCompletableFuture()
        .get(TIMEOUT_S, TimeUnit.SECONDS)
        .getData()
        .utf8String();
  }

  @Test
  void shouldJoinThePartsOfEachBody() throws Exception {
    List<HttpResponse> answers =
        answers(
            (request, connection, body) -> echo(body.get()),
            request(6, parts("ab", "c", "def")),
            HttpRequest.POST("/").withEntity("whole"),
            request(2, parts("x", "y")));

    assertEquals(3, answers.size());
    assertEquals("abcdef", text(answers.get(0)));
    assertEquals("whole", text(answers.get(1)));
    assertEquals("xy", text(answers.get(2)));
  }

  @Test
  void shouldAnswerWhenTheHandlerCompletesInAnotherThread() throws Exception {
    List<HttpResponse> answers =
        answers(
            (request, connection, body) -> body.get().thenComposeAsync(b -> echo(body(b))),
            request(2, parts("a", "b")),
            request(1, parts("c")));

    assertEquals("ab", text(answers.get(0)));
    assertEquals("c", text(answers.get(1)));
  }

  private static CompletionStage<ByteString> body(ByteString bytes) {
    return CompletableFuture.completedFuture(bytes);
  }

  @Test
  void shouldReportAnIncompleteBody() throws Exception {
    Source<ByteString, NotUsed> broken =
        parts("ab").concat(Source.failed(new IllegalStateException("truncated")));
    List<HttpResponse> answers =
        answers(
            (request, connection, body) -> echo(body.get()),
            request(6, broken),
            request(1, parts("x")));

    assertEquals(400, answers.get(0).status().intValue());
    assertEquals("x", text(answers.get(1)));
  }

  @Test
  void shouldAnswerWithoutReadingTheBody() throws Exception {
    RecordedBody refused = new RecordedBody();
    List<HttpResponse> answers =
        answers(
            (request, connection, body) ->
                request.entity().getContentLengthOption().getAsLong() == 6
                    ? CompletableFuture.completedFuture(HttpResponse.create().withStatus(429))
                    : echo(body.get()),
            request(6, Source.fromGraph(refused)),
            request(1, parts("x")));

    assertEquals(429, answers.get(0).status().intValue());
    assertEquals("x", text(answers.get(1)));
    assertEquals(List.of(), List.copyOf(refused.signals));
  }

  /** A body that records what happens to it. */
  private static final class RecordedBody extends GraphStage<SourceShape<ByteString>> {
    final Queue<String> signals = new ConcurrentLinkedQueue<>();
    private final Outlet<ByteString> out = Outlet.create("RecordedBody.out");
    private final SourceShape<ByteString> shape = SourceShape.of(out);

    @Override
    public SourceShape<ByteString> shape() {
      return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
      return new GraphStageLogic(shape) {
        {
          setHandler(
              out,
              new AbstractOutHandler() {
                @Override
                public void onPull() {
                  signals.add("pull");
                  complete(out);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                  signals.add("cancel");
                  completeStage();
                }
              });
        }
      };
    }
  }

  /** A body that is too late keeps nobody waiting once the next request is read. */
  @Test
  void shouldFailALateBodyWhenTheNextIsRead() throws Exception {
    Queue<CompletionStage<ByteString>> bodies = new ConcurrentLinkedQueue<>();
    List<HttpResponse> answers =
        answers(
            (request, connection, body) -> {
              bodies.add(body.get());
              return CompletableFuture.completedFuture(HttpResponse.create().withStatus(408));
            },
            request(6, parts("ab").concat(Source.maybe())),
            request(1, parts("x").concat(Source.maybe())));

    assertEquals(2, answers.size());
    for (CompletionStage<ByteString> body : bodies) {
      assertThrows(
          ExecutionException.class,
          () -> body.toCompletableFuture().get(TIMEOUT_S, TimeUnit.SECONDS));
    }
  }

  /** The failed body lets its waiter release what the request holds. */
  @Test
  void shouldFailTheBodyWhenTheConnectionEnds() throws Exception {
    CompletableFuture<CompletionStage<ByteString>> asked = new CompletableFuture<>();
    UniqueKillSwitch connection =
        Source.single(request(6, parts("ab").concat(Source.maybe())))
            .concat(Source.maybe())
            .viaMat(KillSwitches.single(), Keep.right())
            .via(
                exchange(
                    (request, remote, body) -> {
                      asked.complete(body.get());
                      return new CompletableFuture<>();
                    }))
            .to(Sink.ignore())
            .run(system);
    CompletableFuture<ByteString> body =
        asked.get(TIMEOUT_S, TimeUnit.SECONDS).toCompletableFuture();

    connection.abort(new IllegalStateException("idle"));

    assertThrows(ExecutionException.class, () -> body.get(TIMEOUT_S, TimeUnit.SECONDS));
  }
}
