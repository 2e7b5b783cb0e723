// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Which web pages may use a gateway (CORS): its own, and those of origins that are listed. Pages of
 * others are refused, even where a browser would only keep the answer from them. Immutable.
 */
final class Origins {
  private final Set<String> listed;

  Origins(List<String> origins, Optional<URI> otherGateway) {
    listed = new TreeSet<>(origins);
    otherGateway.ifPresent(uri -> listed.add(uri.toString()));
  }

  /** Returns the origin of a request's page; empty where no page or the gateway's own asks. */
  private static Optional<String> foreign(HttpRequest request) {
    String host = request.getHeader("host").map(HttpHeader::value).orElse("");
    return request
        .getHeader("origin")
        .map(HttpHeader::value)
        .filter(origin -> !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host));
  }

  /** Returns why a request's page may not ask; empty if it may. */
  Optional<Problem> refusal(HttpRequest request) {
    return foreign(request)
        .filter(origin -> !listed.contains(origin))
        .map(
            origin ->
                Problem.of(
                        403,
                        "origin-not-allowed",
                        "pages of this origin may not use the gateway: its operator lists origins"
                            + " in gateway.origins")
                    .header("Vary", "Origin"));
  }

  /** Returns the answer to a browser that asks what a page may do; to be {@link #allow allowed}. */
  static HttpResponse preflight() {
    return HttpResponse.create()
        .withStatus(204)
        .addHeaders(
            List.of(
                RawHeader.create("Access-Control-Allow-Methods", "GET, POST"),
                RawHeader.create(
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, "
                        + String.join(
                            ", ",
                            InferenceHeaders.REQUEST,
                            InferenceHeaders.PLAN,
                            InferenceHeaders.TIMEOUT,
                            InferenceHeaders.CELL,
                            InferenceHeaders.AVOIDED_CELL)),
                RawHeader.create("Access-Control-Max-Age", "600")));
  }

  /** Lets a listed origin's page read a response. */
  HttpResponse allow(HttpRequest request, HttpResponse response) {
    HttpResponse varying = response.addHeader(RawHeader.create("Vary", "Origin"));
    return foreign(request)
        .filter(listed::contains)
        .map(
            origin ->
                varying
                    .addHeader(RawHeader.create("Access-Control-Allow-Origin", origin))
                    .addHeader(
                        RawHeader.create(
                            "Access-Control-Expose-Headers",
                            "Retry-After, "
                                + InferenceHeaders.PLAN
                                + ", "
                                + InferenceHeaders.NEXT_CELL)))
        .orElse(varying);
  }
}
