package io.pascaline.transport.aeron;

import io.aeron.ChannelUri;
import io.aeron.ChannelUriStringBuilder;
import io.pascaline.transport.link.LinkAddress;
import java.net.InetSocketAddress;

/** Which channels a node may listen on and dial, and with which Aeron parameters. */
final class Channels {
  /** Largest datagram payload that Aeron sends; loopback carries it in one piece. */
  static final int LARGE_MTU_BYTES = 65_504;

  /** Fits an Ethernet frame: a lost IP fragment would cost the whole datagram. */
  static final int ETHERNET_MTU_BYTES = 1_408;

  private Channels() {}

  /** Checks an address to listen on. */
  static void requireListenable(String setting, LinkAddress address) {
    parse(setting, address);
  }

  /** Checks an address to dial: as for listening, with a port and a host that is not a wildcard. */
  static void requireDialable(String setting, LinkAddress address) {
    final ChannelUri uri = parse(setting, address);
    if (uri.isUdp()) {
      final InetSocketAddress endpoint = endpoint(setting, uri);
      if (endpoint.getPort() == 0 || isWildcardHost(endpoint.getHostString())) {
        throw new IllegalArgumentException(
            setting + " is " + address + ", which names no host and port to dial");
      }
    }
  }

  /**
   * Checks an address that a peer asks to be answered at: as for dialling, and with no parameter
   * but the endpoint, so that a peer cannot shape this node's publications.
   */
  static void requireReply(LinkAddress address) {
    requireDialable("reply channel", address);
    final ChannelUri uri = ChannelUri.parse(address.channel());
    uri.forEachParameter(
        (key, value) -> {
          if (!"endpoint".equals(key)) {
            throw new IllegalArgumentException("reply channel has the parameter " + key);
          }
        });
    if (uri.prefix() != null && !uri.prefix().isEmpty()) {
      throw new IllegalArgumentException("reply channel has a prefix");
    }
  }

  static boolean isWildcard(LinkAddress address) {
    final ChannelUri uri = parse("listen", address);
    return uri.isUdp() && isWildcardHost(endpoint("listen", uri).getHostString());
  }

  static boolean isIpc(LinkAddress address) {
    return ChannelUri.parse(address.channel()).isIpc();
  }

  /** The channel to publish on, with this node's term length and the largest sensible MTU. */
  static String publication(LinkAddress address, int termBytes) {
    final ChannelUri uri = ChannelUri.parse(address.channel());
    final ChannelUriStringBuilder builder = new ChannelUriStringBuilder(uri);
    if (uri.get("term-length") == null) {
      builder.termLength(termBytes);
    }
    if (uri.get("mtu") == null) {
      final boolean large = uri.isIpc() || isLoopback(endpoint("peer", uri).getHostString());
      builder.mtu(large ? LARGE_MTU_BYTES : ETHERNET_MTU_BYTES);
    }
    return builder.build();
  }

  /** The address with an ephemeral port replaced by the one that was given. */
  static LinkAddress resolved(LinkAddress address, String resolvedChannel) {
    final String endpoint = ChannelUri.parse(resolvedChannel).get("endpoint");
    return new LinkAddress("aeron:udp?endpoint=" + endpoint, address.streamId());
  }

  /** Host and port for people, or the channel where it has none. */
  static String describe(LinkAddress address) {
    final ChannelUri uri = ChannelUri.parse(address.channel());
    return uri.isUdp() ? uri.get("endpoint") : address.toString();
  }

  /** {@code port 4000 on localhost} for people, or the channel where there is no port. */
  static String describePort(LinkAddress address) {
    final ChannelUri uri = ChannelUri.parse(address.channel());
    if (!uri.isUdp()) {
      return address.toString();
    }
    final InetSocketAddress endpoint = endpoint("listen", uri);
    return "port " + endpoint.getPort() + " on " + endpoint.getHostString();
  }

  private static ChannelUri parse(String setting, LinkAddress address) {
    final ChannelUri uri;
    try {
      uri = ChannelUri.parse(address.channel());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + " is " + address + ", not an Aeron channel", e);
    }
    if (uri.isUdp()) {
      endpoint(setting, uri);
    } else if (!uri.isIpc()) {
      throw new IllegalArgumentException(
          setting + " is " + address + ", neither aeron:udp?endpoint=host:port nor aeron:ipc");
    }
    return uri;
  }

  private static InetSocketAddress endpoint(String setting, ChannelUri uri) {
    final String endpoint = uri.get("endpoint");
    final int colon = endpoint == null ? -1 : endpoint.lastIndexOf(':');
    try {
      if (colon > 0) {
        final int port = Integer.parseInt(endpoint.substring(colon + 1));
        return InetSocketAddress.createUnresolved(endpoint.substring(0, colon), port);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          setting + " has the endpoint " + endpoint + ", not host:port", e);
    }
    throw new IllegalArgumentException(
        setting + " has the endpoint " + endpoint + ", not host:port");
  }

  private static boolean isWildcardHost(String host) {
    return "0.0.0.0".equals(host) || "[::]".equals(host);
  }

  private static boolean isLoopback(String host) {
    return "localhost".equals(host) || host.startsWith("127.") || "[::1]".equals(host);
  }
}
