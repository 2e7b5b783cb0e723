// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Which names a request may call a gateway by. With plain HTTP on loopback these are the names of
 * this machine: a web page whose own name resolves to loopback (DNS rebinding) would otherwise pass
 * for the gateway's. Elsewhere all names are allowed, because TLS or a proxy checks them.
 * Immutable.
 */
final class Hosts {
  private final Optional<Set<String>> allowed;

  private Hosts(Optional<Set<String>> allowed) {
    this.allowed = allowed;
  }

  /**
   * Returns those of a gateway with such settings.
   *
   * @param bound what the name of its host stands for
   */
  static Hosts of(GatewaySettings settings, InetAddress bound) {
    if (settings.certificate().isPresent()
        || settings.plainHttpAllowed()
        || !bound.isLoopbackAddress()) {
      return new Hosts(Optional.empty());
    }
    Set<String> names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    names.add(settings.host().toLowerCase(Locale.ROOT));
    // A proxy of this machine passes on the name that browsers know.
    settings.origins().forEach(origin -> names.add(withoutPort(URI.create(origin).getAuthority())));
    return new Hosts(Optional.of(names));
  }

  private static String withoutPort(String authority) {
    int end = authority.length();
    while (end > 0 && authority.charAt(end - 1) >= '0' && authority.charAt(end - 1) <= '9') {
      end--;
    }
    boolean hasPort = end > 0 && authority.charAt(end - 1) == ':';
    return (hasPort ? authority.substring(0, end - 1) : authority).toLowerCase(Locale.ROOT);
  }

  /** Returns why a request's host is refused; empty if it is not. */
  Optional<Problem> refusal(HttpRequest request) {
    if (allowed.isEmpty()) {
      return Optional.empty();
    }
    return request
        .getHeader("host")
        .map(HttpHeader::value)
        .filter(host -> !allowed.get().contains(withoutPort(host)))
        .map(
            host ->
                Problem.of(
                    421,
                    "host-not-allowed",
                    "this gateway serves this machine alone, as localhost or 127.0.0.1; behind a"
                        + " proxy, its operator sets gateway.insecure"));
  }
}
