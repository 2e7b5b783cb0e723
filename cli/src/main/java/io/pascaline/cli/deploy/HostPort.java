package io.pascaline.cli.deploy;

/**
 * Where a role listens or is reached over UDP.
 *
 * @param host a name or number; IPv6 in brackets
 * @param port from 0 to 65535; 0 asks for any free port
 */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /** Checks both. */
  public HostPort {
    if (host.isBlank() || !host.matches("[A-Za-z0-9._:\\[\\]%-]+")) {
      throw new IllegalArgumentException("host is not a name or address: " + host);
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
    if (host.indexOf(':') >= 0 && !(host.startsWith("[") && host.endsWith("]"))) {
      throw new IllegalArgumentException("an IPv6 address needs brackets: " + text);
    }
    return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
