// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import java.net.URI;
import java.util.Locale;

/** What a client requires of the addresses of gateways before it sends a token or a share there. */
public final class GatewayAddress {
  private static final String PLAIN = "http";
  private static final String SEALED = "https";
  private static final int PLAIN_PORT = 80;
  private static final int SEALED_PORT = 443;
  private static final int MAX_CHARACTERS = 300;

  private GatewayAddress() {}

  /**
   * Checks that an address is a scheme, a host and perhaps a port.
   *
   * @throws IllegalArgumentException if it is not, in one line
   */
  public static void requireForm(URI gateway) {
    boolean isForm =
        (isPlain(gateway) || SEALED.equals(gateway.getScheme()))
            && gateway.getHost() != null
            && gateway.getRawUserInfo() == null
            && gateway.getRawQuery() == null
            && gateway.getRawFragment() == null
            && (gateway.getRawPath() == null || gateway.getRawPath().isEmpty())
            && gateway.toString().length() <= MAX_CHARACTERS;
    if (!isForm) {
      throw new IllegalArgumentException(
          "a gateway is https://HOST or https://HOST:PORT without a path: " + gateway);
    }
  }

  /**
   * Checks that nobody on the network can read what is sent to an address: it is HTTPS, or plain
   * HTTP to this machine.
   *
   * @throws IllegalArgumentException if it is not, in one line
   */
  public static void requireProtected(URI gateway) {
    requireForm(gateway);
    if (isPlain(gateway) && !isLoopback(gateway.getHost())) {
      throw new IllegalArgumentException(
          "plain HTTP shows shares and tokens to the network: " + gateway);
    }
  }

  /**
   * Checks that an address is protected, and not less than that of the gateway which names it: only
   * a gateway on this machine names one by plain HTTP, which is on this machine as well.
   *
   * @throws IllegalArgumentException if it is not, in one line
   */
  static void requireAsProtected(URI gateway, URI naming) {
    requireProtected(gateway);
    if (isPlain(gateway) && !(isPlain(naming) && isLoopback(naming.getHost()))) {
      throw new IllegalArgumentException(
          "the gateway " + naming + " names one without TLS: " + gateway);
    }
  }

  private static boolean isPlain(URI gateway) {
    return PLAIN.equals(gateway.getScheme());
  }

  /** By its name or number: nothing that a name server says makes a host this machine. */
  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.[0-9]{1,3}){3}")
        || host.equals("[::1]");
  }

  /** Returns whether two addresses name one host and port. */
  public static boolean areOne(URI first, URI second) {
    return hostPort(first).equals(hostPort(second));
  }

  private static String hostPort(URI gateway) {
    int port = gateway.getPort();
    int usual = isPlain(gateway) ? PLAIN_PORT : SEALED_PORT;
    String host = gateway.getHost() == null ? "" : gateway.getHost().toLowerCase(Locale.ROOT);
    // The dot of the root says only that the name is complete.
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return name + ":" + (port < 0 ? usual : port);
  }
}
