// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.ChannelUri;
import io.aeron.ChannelUriStringBuilder;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Which channels a node may listen on and dial, and with which Aeron parameters. */
public final class Channels {
  /** Largest datagram payload that Aeron sends; loopback carries it in one piece. */
  static final int LARGE_MTU_BYTES = 65_504;

  /** Fits an Ethernet frame: a lost IP fragment would cost the whole datagram. */
  static final int ETHERNET_MTU_BYTES = 1_408;

  private static final Pattern IPV4 =
      Pattern.compile(
          "(OCTET\\.){3}OCTET".replace("OCTET", "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

  /** What may be an IPv6 address; without a zone, which names an interface of this machine. */
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]{2,45}]");

  private Channels() {}

  /** Checks an address to listen on. */
  public static void requireListenable(String setting, LinkAddress address) {
    parse(setting, address);
  }

  /** Checks an address to dial: as for listening, with a port and a host that is not a wildcard. */
  public static void requireDialable(String setting, LinkAddress address) {
    ChannelUri uri = parse(setting, address);
    if (uri.isUdp()) {
      InetSocketAddress endpoint = endpoint(setting, uri);
      if (endpoint.getPort() == 0 || isWildcardHost(endpoint.getHostString())) {
        throw new IllegalArgumentException(
            setting + " is " + address + ", which names no host and port to dial");
      }
    }
  }

  /**
   * Checks an address that a remote asks to be answered at: as for dialling, and with no parameter
   * but the endpoint, so that a remote cannot shape this node's publications. The host must be a
   * number or {@code localhost}: to look a name up would block the driver, and with it all links.
   */
  public static void requireReply(LinkAddress address) {
    requireDialable("reply channel", address);
    if (!isIpc(address)) {
      requireReplyHost(host(address));
    }
    ChannelUri uri = ChannelUri.parse(address.channel());
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

  /**
   * Returns the address with the host's name replaced by its number, for a remote to answer at. May
   * look the name up.
   *
   * @throws TransportException if this machine does not know the name
   */
  public static LinkAddress numeric(String setting, LinkAddress address) {
    ChannelUri uri = parse(setting, address);
    if (!uri.isUdp()) {
      return address;
    }
    InetSocketAddress endpoint = endpoint(setting, uri);
    String host = endpoint.getHostString();
    if (isLocalhost(host) || literal(host) != null) {
      return address;
    }
    InetAddress found;
    try {
      found = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new TransportException(
          TransportException.Kind.BAD_ADDRESS,
          setting + " names the host " + host + ", which is not known here: write its IP address",
          e);
    }
    String number = found.getHostAddress();
    int zone = number.indexOf('%');
    String plain = zone < 0 ? number : number.substring(0, zone);
    uri.put(
        "endpoint", (plain.contains(":") ? "[" + plain + "]" : plain) + ":" + endpoint.getPort());
    return new LinkAddress(uri.toString(), address.streamId());
  }

  /** Returns whether an address to listen on stands for all interfaces. */
  public static boolean isWildcard(LinkAddress address) {
    ChannelUri uri = parse("listen", address);
    return uri.isUdp() && isWildcardHost(endpoint("listen", uri).getHostString());
  }

  /** Returns whether an address is in shared memory. */
  public static boolean isIpc(LinkAddress address) {
    return ChannelUri.parse(address.channel()).isIpc();
  }

  /**
   * Returns the channel to publish on, with this node's term length and MTU.
   *
   * @param mtuBytes 0 takes the largest sensible one; shared memory always does
   */
  public static String publication(LinkAddress address, int termBytes, int mtuBytes) {
    ChannelUri uri = ChannelUri.parse(address.channel());
    ChannelUriStringBuilder builder = new ChannelUriStringBuilder(uri);
    if (uri.get("term-length") == null) {
      builder.termLength(termBytes);
    }
    if (uri.get("mtu") == null) {
      boolean large = uri.isIpc() || isLoopback(endpoint("peer", uri).getHostString());
      boolean chosen = mtuBytes != 0 && uri.isUdp();
      builder.mtu(chosen ? mtuBytes : large ? LARGE_MTU_BYTES : ETHERNET_MTU_BYTES);
    }
    return builder.build();
  }

  /** Returns the address with an ephemeral port replaced by the one that was given. */
  public static LinkAddress resolved(LinkAddress address, String resolvedChannel) {
    String endpoint = ChannelUri.parse(resolvedChannel).get("endpoint");
    return new LinkAddress("aeron:udp?endpoint=" + endpoint, address.streamId());
  }

  /**
   * Returns the same address with a free port in place of 0, for nodes that are to share it: Aeron
   * gives each that asks for port 0 another one. Somebody else may take the port before they do.
   *
   * @throws TransportException if there is none
   */
  public static LinkAddress withFreePort(LinkAddress address) {
    InetSocketAddress wanted = endpoint("listen", parse("listen", address));
    if (wanted.getPort() != 0) {
      return address;
    }
    String host = wanted.getHostString();
    try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getByName(host))) {
      return new LinkAddress(
          "aeron:udp?endpoint=" + host + ":" + probe.getLocalPort(), address.streamId());
    } catch (IOException e) {
      throw new TransportException(
          TransportException.Kind.BAD_ADDRESS,
          "no port of " + host + " is free (" + e.getMessage() + "): name one",
          e);
    }
  }

  /** Host and port for people, or the channel where it has none. */
  public static String describe(LinkAddress address) {
    ChannelUri uri = ChannelUri.parse(address.channel());
    return uri.isUdp() ? uri.get("endpoint") : address.toString();
  }

  /** {@code port 4000 on localhost} for people, or the channel where there is no port. */
  static String describePort(LinkAddress address) {
    ChannelUri uri = ChannelUri.parse(address.channel());
    if (!uri.isUdp()) {
      return address.toString();
    }
    InetSocketAddress endpoint = endpoint("listen", uri);
    return "port " + endpoint.getPort() + " on " + endpoint.getHostString();
  }

  private static ChannelUri parse(String setting, LinkAddress address) {
    ChannelUri uri;
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
    String endpoint = uri.get("endpoint");
    int colon = endpoint == null ? -1 : endpoint.lastIndexOf(':');
    try {
      if (colon > 0) {
        int port = Integer.parseInt(endpoint.substring(colon + 1));
        return InetSocketAddress.createUnresolved(endpoint.substring(0, colon), port);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          setting + " has the endpoint " + endpoint + ", not host:port", e);
    }
    throw new IllegalArgumentException(
        setting + " has the endpoint " + endpoint + ", not host:port");
  }

  private static void requireReplyHost(String host) {
    if (isLocalhost(host)) {
      return;
    }
    InetAddress number = literal(host);
    if (number == null) {
      throw new IllegalArgumentException("reply channel names a host by something but its number");
    }
    if (number.isMulticastAddress()) {
      throw new IllegalArgumentException("reply channel names a multicast group");
    }
  }

  /** Host of a UDP address that was checked. */
  private static String host(LinkAddress address) {
    return endpoint("channel", ChannelUri.parse(address.channel())).getHostString();
  }

  private static boolean isWildcardHost(String host) {
    InetAddress number = literal(host);
    return number != null && number.isAnyLocalAddress();
  }

  private static boolean isLoopback(String host) {
    InetAddress number = literal(host);
    return isLocalhost(host) || (number != null && number.isLoopbackAddress());
  }

  private static boolean isLocalhost(String host) {
    return "localhost".equals(host);
  }

  /** Returns the address that a host is the number of, never by looking a name up; or null. */
  private static InetAddress literal(String host) {
    if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
