// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a gateway listens, whom it serves and what it lets them do. Immutable.
 *
 * @param host a name or number of this machine
 * @param port 0 for any free one
 * @param tokens file of the clients' tokens, one line each: {@code NAME sha256:HEX}
 * @param certificate certificate chain and private key; empty for plain HTTP
 * @param plainHttpAllowed whether plain HTTP is wanted where other machines reach it, for instance
 *     behind a proxy that ends TLS
 * @param origins web origins, besides the gateway's own, whose pages may use it
 * @param cell the name of the cell that the party of the gateway's process is in; empty if that
 *     party is in no cell. The gateway accepts requests that name this cell, and requests that name
 *     no cell
 * @param otherGateway the other party's gateway as browsers reach it, for the web page; empty
 *     without a page
 * @param input what the page and clients make of a picture, and the classes
 * @param samples PNG pictures that the page offers
 * @param maxConnections connections at a time
 * @param maxConnectionsPerAddress how many of these may come from one address
 * @param headTimeoutMs how long the head of a connection's first request may take, TLS included
 * @param bodyTimeoutMs how long the body of a request may take
 * @param keepAliveTimeoutMs how long a connection may rest between requests
 * @param maxTimeoutMs how long a request may take at most, whatever deadline its client asks for
 * @param watchIntervalMs how often tokens and certificate are compared with their files
 */
public record GatewaySettings(
    String host,
    int port,
    Path tokens,
    Optional<CertificateFiles> certificate,
    boolean plainHttpAllowed,
    List<String> origins,
    Optional<String> cell,
    Optional<URI> otherGateway,
    InputDescription input,
    List<byte[]> samples,
    int maxConnections,
    int maxConnectionsPerAddress,
    long headTimeoutMs,
    long bodyTimeoutMs,
    long keepAliveTimeoutMs,
    long maxTimeoutMs,
    long watchIntervalMs) {
  /** Most connections that may be asked for. */
  public static final int MAX_CONNECTIONS = 65_536;

  /** Longest of the times: ten minutes. */
  public static final long MAX_TIMEOUT_MS = 600_000;

  /**
   * A server's certificate.
   *
   * @param chain the certificate and those that lead to a root, PEM
   * @param key the private key, PKCS#8 in PEM without a password
   */
  public record CertificateFiles(Path chain, Path key) {}

  /** Checks the ranges. */
  public GatewaySettings {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(tokens, "tokens");
    Objects.requireNonNull(input, "input");
    origins = List.copyOf(origins);
    samples = List.copyOf(samples);
    requireRange("maxConnections", maxConnections, 1, MAX_CONNECTIONS);
    requireRange("maxConnectionsPerAddress", maxConnectionsPerAddress, 1, MAX_CONNECTIONS);
    requireRange("headTimeoutMs", headTimeoutMs, 1, MAX_TIMEOUT_MS);
    requireRange("bodyTimeoutMs", bodyTimeoutMs, 1, MAX_TIMEOUT_MS);
    requireRange("keepAliveTimeoutMs", keepAliveTimeoutMs, 1, MAX_TIMEOUT_MS);
    requireRange("maxTimeoutMs", maxTimeoutMs, 1, MAX_TIMEOUT_MS);
    requireRange("watchIntervalMs", watchIntervalMs, 1, MAX_TIMEOUT_MS);
    origins.forEach(GatewaySettings::requireOrigin);
    cell.ifPresent(GatewaySettings::requireCell);
    otherGateway.ifPresent(GatewaySettings::requireOrigin);
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
    }
  }

  private static void requireCell(String name) {
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          "name of a cell must be letters, digits and the characters - _, at most 64: " + name);
    }
  }

  static void requireOrigin(URI uri) {
    requireOrigin(uri.toString());
  }

  /** Refuses what would not be compared with a browser's text, or would change a header. */
  private static void requireOrigin(String text) {
    if (!text.matches("https?://[A-Za-z0-9.\\[\\]:_-]+")) {
      throw new IllegalArgumentException(
          "an origin is https://HOST or https://HOST:PORT without a path: " + text);
    }
  }

  /** Returns a builder that has the usual settings: any free port of loopback, no page. */
  public static Builder builder(Path tokens) {
    return new Builder(tokens);
  }

  /** Builds settings. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private final Path tokens;
    private String host = "127.0.0.1";
    private int port;
    private CertificateFiles certificate;
    private boolean plainHttpAllowed;
    private List<String> origins = List.of();
    private String cell;
    private URI otherGateway;
    private InputDescription input = InputDescription.NONE;
    private List<byte[]> samples = List.of();
    private int maxConnections = 1024;
    private int maxConnectionsPerAddress = 256;
    private long headTimeoutMs = 10_000;
    private long bodyTimeoutMs = 10_000;
    private long keepAliveTimeoutMs = 30_000;
    private long maxTimeoutMs = 120_000;
    private long watchIntervalMs = 1_000;

    private Builder(Path tokens) {
      this.tokens = tokens;
    }

    /** Sets where it listens. */
    public Builder listen(String hostName, int portNumber) {
      host = hostName;
      port = portNumber;
      return this;
    }

    /** Sets certificate and key; without them it serves plain HTTP. */
    public Builder certificate(Path chain, Path key) {
      certificate = new CertificateFiles(chain, key);
      return this;
    }

    /** Sets whether plain HTTP is wanted where other machines reach it. */
    public Builder plainHttpAllowed(boolean allowed) {
      plainHttpAllowed = allowed;
      return this;
    }

    /** Sets the web origins whose pages may use it. */
    public Builder origins(List<String> allowed) {
      origins = allowed;
      return this;
    }

    /** Sets the cell that the party of its process is in. */
    public Builder cell(String name) {
      cell = name;
      return this;
    }

    /** Serves the web page, which asks this gateway and the other party's. */
    public Builder otherGateway(URI address) {
      otherGateway = address;
      return this;
    }

    /** Sets what clients make of a picture, and the classes. */
    public Builder input(InputDescription description) {
      input = description;
      return this;
    }

    /** Sets the PNG pictures that the page offers. */
    public Builder samples(List<byte[]> pictures) {
      samples = pictures;
      return this;
    }

    /** Sets the bounds of connections, in all and of one address. */
    public Builder maxConnections(int all, int ofOneAddress) {
      maxConnections = all;
      maxConnectionsPerAddress = ofOneAddress;
      return this;
    }

    /** Sets how long the head of a first request, a body, and a rest between requests may take. */
    public Builder timeoutsMs(long headMs, long bodyMs, long keepAliveMs) {
      headTimeoutMs = headMs;
      bodyTimeoutMs = bodyMs;
      keepAliveTimeoutMs = keepAliveMs;
      return this;
    }

    /** Sets how long a request may take at most. */
    public Builder maxTimeoutMs(long timeoutMs) {
      maxTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets how often tokens and certificate are compared with their files. */
    public Builder watchIntervalMs(long intervalMs) {
      watchIntervalMs = intervalMs;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException for one that is out of range
     */
    public GatewaySettings build() {
      return new GatewaySettings(
          host,
          port,
          tokens,
          Optional.ofNullable(certificate),
          plainHttpAllowed,
          origins,
          Optional.ofNullable(cell),
          Optional.ofNullable(otherGateway),
          input,
          samples,
          maxConnections,
          maxConnectionsPerAddress,
          headTimeoutMs,
          bodyTimeoutMs,
          keepAliveTimeoutMs,
          maxTimeoutMs,
          watchIntervalMs);
    }
  }
}
