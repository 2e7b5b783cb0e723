// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** Answers the requests of a server's connections. Thread-safe. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers a request. A handler that refuses a request need not read the body, but must not cancel
   * it: the HTTP layer would then end the connection without the answer.
   *
   * @param connection where the request came from
   * @param body reads the whole body. The handler calls it at most once, before this method
   *     returns. Its future fails if the body is incomplete
   */
  CompletionStage<HttpResponse> answer(
      HttpRequest request, RemoteConnection connection, Supplier<CompletionStage<ByteString>> body);
}
