// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Has the requests of one connection answered, one after the other. Collects their bodies in the
 * connection's own actor: a stream of its own for each body would start and stop an actor.
 */
final class Exchange extends GraphStage<FlowShape<HttpRequest, HttpResponse>> {
  private final Inlet<HttpRequest> requests = Inlet.create("Exchange.requests");
  private final Outlet<HttpResponse> answers = Outlet.create("Exchange.answers");
  private final FlowShape<HttpRequest, HttpResponse> shape = FlowShape.of(requests, answers);
  private final RemoteConnection connection;
  private final HttpHandler handler;

  /**
   * Makes the stage of a connection.
   *
   * @param handler answers the requests
   */
  Exchange(RemoteConnection connection, HttpHandler handler) {
    this.connection = connection;
    this.handler = handler;
  }

  @Override
  public FlowShape<HttpRequest, HttpResponse> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  /** What a handler's future came to. */
  private record Outcome(HttpResponse responseOrNull, Throwable failedOrNull) {}

  private final class Logic extends GraphStageLogic {
    private AsyncCallback<Outcome> later;
    private boolean answering;
    private CompletableFuture<ByteString> body = CompletableFuture.completedFuture(null);

    Logic() {
      super(shape);
      setHandler(requests, new Requests());
      setHandler(
          answers,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(requests);
            }
          });
    }

    @Override
    public void preStart() {
      later = createAsyncCallback(this::answered);
    }

    @Override
    public void postStop() {
      body.completeExceptionally(new IllegalStateException("the connection has ended"));
    }

    private void answered(Outcome outcome) {
      if (outcome.failedOrNull != null) {
        failStage(outcome.failedOrNull);
        return;
      }
      answering = false;
      push(answers, outcome.responseOrNull);
      if (isClosed(requests)) {
        completeStage();
      }
    }

    private CompletionStage<ByteString> read(HttpEntity entity) {
      if (entity instanceof HttpEntity.Strict whole) {
        return CompletableFuture.completedFuture(whole.getData());
      }
      // A former body that was too late may not have ended yet; its request still occupies a slot.
      body.completeExceptionally(new IllegalStateException("the next request has begun"));
      body = new CompletableFuture<>();
      SubSinkInlet<ByteString> parts = new SubSinkInlet<>("Exchange.body");
      parts.setHandler(new Body(parts, body));
      parts.pull();
      entity.getDataBytes().runWith(parts.sink(), subFusingMaterializer());
      return body;
    }

    private final class Requests extends AbstractInHandler {
      @Override
      public void onPush() {
        HttpRequest request = grab(requests);
        answering = true;
        CompletableFuture<HttpResponse> answer =
            handler.answer(request, connection, () -> read(request.entity())).toCompletableFuture();
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
          answered(new Outcome(answer.join(), null));
        } else {
          answer.whenComplete((response, failed) -> later.invoke(new Outcome(response, failed)));
        }
      }

      @Override
      public void onUpstreamFinish() {
        if (!answering) {
          completeStage();
        }
      }
    }

    /** Joins the parts of a body. Goes on when nobody waits any more: see {@link HttpHandler}. */
    private static final class Body extends AbstractInHandler {
      private final GraphStageLogic.SubSinkInlet<ByteString> parts;
      private final CompletableFuture<ByteString> whole;
      private ByteString received = ByteString.emptyByteString();

      Body(GraphStageLogic.SubSinkInlet<ByteString> parts, CompletableFuture<ByteString> whole) {
        this.parts = parts;
        this.whole = whole;
      }

      @Override
      public void onPush() {
        received = received.concat(parts.grab());
        parts.pull();
      }

      @Override
      public void onUpstreamFinish() {
        whole.complete(received);
      }

      @Override
      public void onUpstreamFailure(Throwable failed) {
        whole.completeExceptionally(failed);
      }
    }
  }
}
