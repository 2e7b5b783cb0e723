// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a gateway can be asked. The OpenAPI document describes the same endpoints, which a test
 * compares.
 */
enum Endpoint {
  /** Which party this is. */
  GATEWAY("GET", "/v1/gateway", false),
  /** The models. */
  MODELS("GET", "/v1/models", true),
  /** What a client must know of one. */
  MODEL("GET", "/v1/models/{model}", true),
  /** Its public plan, for clients that can read one. */
  PLAN("GET", "/v1/models/{model}/plan", true),
  /** Takes an input share, answers with an output share. */
  INFER("POST", "/v1/models/{model}:infer", true),
  /** Assigns a cell to the client's next request, at party 0 if there are cells. */
  ASSIGN("POST", "/v1/models/{model}:assign", true),
  /** Where clients reach the gateways of the cells' own parties. */
  CELLS("GET", "/v1/models/{model}/cells", true),
  /** Whether the process answers. */
  LIVE("GET", "/health/live", false),
  /** Whether inferences can succeed. */
  READY("GET", "/health/ready", false),
  /** The OpenAPI document. */
  OPENAPI("GET", "/openapi.json", false),
  /** The web page. */
  PAGE("GET", "/", false),
  /** The JavaScript client. */
  CLIENT_SCRIPT("GET", "/pascaline.js", false),
  /** The page's script. */
  PAGE_SCRIPT("GET", "/page.js", false),
  /** The page's style. */
  PAGE_STYLE("GET", "/page.css", false),
  /** One of the page's sample pictures. */
  SAMPLE("GET", "/samples/{index}", false);

  private final String method;
  private final String path;
  private final boolean needsToken;
  private final String start;
  private final String end;
  private final Pattern pattern;

  Endpoint(String method, String path, boolean needsToken) {
    this.method = method;
    this.path = path;
    this.needsToken = needsToken;
    int variable = path.indexOf('{');
    start = variable < 0 ? path : path.substring(0, variable);
    end = path.substring(path.indexOf('}') + 1);
    pattern =
        Pattern.compile(
            path.replace(".", "\\.")
                .replace("{model}", "([^/:]+(?::[0-9a-f]{16})?)")
                .replace("{index}", "(0|[1-9][0-9]{0,3})"));
  }

  String method() {
    return method;
  }

  /** Returns the path, with what varies in braces. */
  String path() {
    return path;
  }

  boolean needsToken() {
    return needsToken;
  }

  /**
   * Returns what stands for the path's variable.
   *
   * @param rawPath a path that belongs to this endpoint, still percent-encoded
   */
  String variable(String rawPath) {
    Matcher matcher = pattern.matcher(rawPath);
    return matcher.matches() && matcher.groupCount() > 0 ? matcher.group(1) : "";
  }

  /** Returns the endpoints of a path, whatever their method. */
  static List<Endpoint> of(String rawPath) {
    return Arrays.stream(values())
        // Comparing the fixed start and end is fast and excludes most endpoints.
        .filter(endpoint -> rawPath.startsWith(endpoint.start) && rawPath.endsWith(endpoint.end))
        .filter(endpoint -> endpoint.pattern.matcher(rawPath).matches())
        .toList();
  }
}
