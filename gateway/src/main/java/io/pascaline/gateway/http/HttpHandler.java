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
   * Answers a request. The body of one that is refused need not be read, and must not be cancelled:
   * the HTTP layer then ends the connection without the answer.
   *
   * @param connection where the request came from
   * @param body reads the whole body; to be called once at most, and before this returns. What it
   *     returns fails if the body does not come whole
   */
  CompletionStage<HttpResponse> answer(
      HttpRequest request, RemoteConnection connection, Supplier<CompletionStage<ByteString>> body);
}
