// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a role listens or is reached over UDP.
 *
 * @param host a name or number; IPv6 in brackets
 * @param port from 0 to 65535; 0 asks for any free port
 */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV6 =
      Pattern.compile("\\[([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(%[A-Za-z0-9._-]+)?]");
  private static final Pattern NUMBER = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])([.](?!$)|$)){4}");

  /** Checks both. */
  public HostPort {
    if (!NAME.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "host is no name, and no address (IPv6 in brackets): " + host);
    }
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port is " + port + ", must be from 0 to " + MAX_PORT);
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @param text for instance "127.0.0.1:40400" or "[::1]:40400"
   * @return both parts
   * @throws IllegalArgumentException if it is anything else
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("no port in " + text);
    }
    String host = text.substring(0, colon);
    return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
  }

  /**
   * Returns whether this names one machine, as far as can be told without asking a name server:
   * neither a wildcard (0.0.0.0, [::] and their other spellings) nor a multicast group.
   */
  public boolean isOneHost() {
    if (!IPV6.matcher(host).matches() && !IPV4.matcher(host).matches()) {
      return !NUMBER.matcher(host).matches();
    }
    InetAddress address = number();
    return address != null && !address.isAnyLocalAddress() && !address.isMulticastAddress();
  }

  /**
   * Returns whether this names all addresses of a machine: 0.0.0.0, [::] and their other spellings.
   */
  public boolean isWildcard() {
    InetAddress address = number();
    return address != null && address.isAnyLocalAddress();
  }

  /** Returns the address that the host is the number of, or null. */
  private InetAddress number() {
    Matcher ipv6 = IPV6.matcher(host);
    boolean isIpv6 = ipv6.matches();
    if (!isIpv6 && !IPV4.matcher(host).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(isIpv6 ? ipv6.group(1) : host);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
