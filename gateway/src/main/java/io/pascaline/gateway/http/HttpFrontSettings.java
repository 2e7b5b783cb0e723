// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

/**
 * Where an HTTP server listens, and what it lets remotes do. Immutable.
 *
 * @param host a name or number of this machine
 * @param port 0 for any free one
 * @param maxConnections connections at a time
 * @param maxConnectionsPerAddress how many of these may come from one address
 * @param firstRequestTimeoutMs how long the head of the first request may take, TLS included
 * @param keepAliveTimeoutMs how long the head of a further request may take
 * @param maxBodyBytes the largest body that is read
 */
public record HttpFrontSettings(
    String host,
    int port,
    int maxConnections,
    int maxConnectionsPerAddress,
    long firstRequestTimeoutMs,
    long keepAliveTimeoutMs,
    long maxBodyBytes) {

  /** The largest head of a request that is read, and a little more. */
  static final int MAX_HEAD_BYTES = 8192;

  /** Returns the settings of the HTTP layer, which override Pekko's own. */
  String pekkoConfig() {
    return String.join(
        "\n",
        "pekko.http.server {",
        // Nothing about this program to strangers, and nothing of their requests to the log.
        "  server-header = \"\"",
        "  verbose-error-messages = off",
        // This program keeps the deadlines.
        "  request-timeout = infinite",
        "  idle-timeout = infinite",
        "  pipelining-limit = 1",
        "  remote-address-attribute = off",
        "  parsing {",
        "    max-uri-length = 2k",
        // See MAX_HEAD_BYTES for all of them together.
        "    max-header-count = 32",
        "    max-header-value-length = 1k",
        "    max-method-length = 16",
        "    max-content-length = " + maxBodyBytes,
        "    modeled-header-parsing = off",
        "    illegal-header-warnings = off",
        "    error-logging-verbosity = off",
        "  }",
        "}");
  }
}
