// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameLimits;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Settings of one {@link TransportNode}: fluent, checked once at launch, unchanged afterwards. Not
 * thread-safe; use one per node.
 */
public final class TransportContext {
  /** Words of the largest tensor taken by default: 64 Mi words, 256 MiB. */
  public static final int DEFAULT_MAX_MESSAGE_WORDS = 1 << 26;

  /** Links at a time by default. */
  public static final int DEFAULT_MAX_LINKS = 64;

  private static final int LIKE_OTHERS = -1;

  private String name;
  private LinkMessage.Hello hello;
  private LinkAddress listen;
  private LinkAddress advertised;
  private LinkListener listener;
  private LinkSecurity security;
  private EmbeddedDriver embeddedDriver;
  private String aeronDirectory;
  private IdleMode idleMode = IdleMode.BACKOFF;
  private DriverThread driverThread = DriverThread.AUTO;

  /** Received arrays that are kept for other messages, in words of the largest one. */
  private static final int ARRAYS_OF_LARGEST = 4;

  private long spinUs;
  private WordArrays arrays;
  private int chunkBytes = 256 * 1024;
  private NetworkProfile profile = NetworkProfile.usual();
  private int termBytes;
  private int maxMessageWords = DEFAULT_MAX_MESSAGE_WORDS;
  private long maxQueuedBytes = 64L << 20;
  private int clientMaxMessageWords = LIKE_OTHERS;
  private long clientMaxQueuedBytes = LIKE_OTHERS;
  private int maxLinks = DEFAULT_MAX_LINKS;
  private long connectTimeoutMs;
  private long handshakeTimeoutMs = 5_000;
  private long heartbeatMs = 500;
  private long peerTimeoutMs = 10_000;
  private long resumeTimeoutMs = 5_000;
  private long lingerMs = 1_000;
  private long driverTimeoutMs = 10_000;
  private ErrorHandler errorHandler;
  private boolean concluded;

  /** For the thread's name and for log lines. */
  public TransportContext name(String nodeName) {
    this.name = nodeName;
    return this;
  }

  /** Sets what every remote is told; its node id must be new at each start. */
  public TransportContext hello(LinkMessage.Hello ownHello) {
    this.hello = ownHello;
    return this;
  }

  /** Sets where the node listens; port 0 takes any free one, see {@link TransportNode#address}. */
  public TransportContext listen(LinkAddress address) {
    this.listen = address;
    return this;
  }

  /**
   * Sets where remotes reach the node, if that is not where it listens (a wildcard address or a
   * forwarded port). They are told a number: a name is looked up here, once, so set the number
   * where this machine and the remotes resolve the name differently.
   */
  public TransportContext advertise(LinkAddress address) {
    this.advertised = address;
    return this;
  }

  /** Sets who is told of links and messages. */
  public TransportContext listener(LinkListener linkListener) {
    this.listener = linkListener;
    return this;
  }

  /**
   * Sets how links are protected; has no default. {@link LinkSecurity.Plain#IN_PROCESS} needs an
   * embedded driver and shared memory.
   */
  public TransportContext security(LinkSecurity linkSecurity) {
    this.security = linkSecurity;
    return this;
  }

  /** Uses a driver in this JVM, which other nodes may share; it must outlive the node. */
  public TransportContext driver(EmbeddedDriver driver) {
    this.embeddedDriver = driver;
    return this;
  }

  /**
   * Uses the external media driver of that directory. With neither this nor {@link #driver} the
   * node launches a driver of its own.
   */
  public TransportContext aeronDirectory(String directory) {
    this.aeronDirectory = directory;
    return this;
  }

  /**
   * Sets what the polling thread does when there is nothing to do; default {@link
   * IdleMode#BACKOFF}.
   */
  public TransportContext idleMode(IdleMode mode) {
    this.idleMode = mode;
    return this;
  }

  /**
   * Sets which thread does the work of a driver that the node launches; default {@link
   * DriverThread#AUTO}.
   */
  public TransportContext driverThread(DriverThread thread) {
    this.driverThread = thread;
    return this;
  }

  /**
   * Sets how long the polling thread, and that of a driver of its own, look for work without pause
   * before they park; default 0. Without effect where they never park.
   */
  public TransportContext spinUs(long microseconds) {
    this.spinUs = microseconds;
    return this;
  }

  /**
   * Sets the max bytes of tensor words per frame; default 256 KiB. A frame never exceeds what Aeron
   * sends unfragmented, which is just under 64 KiB over shared memory and loopback.
   */
  public TransportContext chunkBytes(int bytes) {
    this.chunkBytes = bytes;
    return this;
  }

  /** Sets what the network is like; {@link NetworkProfile#usual} if nothing is said. */
  public TransportContext profile(NetworkProfile linkProfile) {
    this.profile = linkProfile;
    return this;
  }

  /**
   * Aeron's term length, a power of two from 1 MiB; by default the profile's. Each direction maps
   * three.
   */
  public TransportContext termBytes(int bytes) {
    this.termBytes = bytes;
    return this;
  }

  /** Words of the largest tensor sent or taken; default 64 Mi. */
  public TransportContext maxMessageWords(int words) {
    this.maxMessageWords = words;
    return this;
  }

  /**
   * Bytes a link takes and the remote has not acknowledged before {@code send} says false; default
   * 64 MiB.
   */
  public TransportContext maxQueuedBytes(long bytes) {
    this.maxQueuedBytes = bytes;
    return this;
  }

  /**
   * Words of the largest tensor accepted from a client, at most those of {@link #maxMessageWords},
   * which are the default. What a client is goes by its pinned identity; on plaintext links by what
   * it says.
   */
  public TransportContext clientMaxMessageWords(int words) {
    this.clientMaxMessageWords = words;
    return this;
  }

  /**
   * {@link #maxQueuedBytes} of a link to a client, which is asked for little and may acknowledge
   * nothing; at most that of other links, which is the default.
   */
  public TransportContext clientMaxQueuedBytes(long bytes) {
    this.clientMaxQueuedBytes = bytes;
    return this;
  }

  /**
   * Links at a time that remotes may have to the node; default 64. One for each pinned party and
   * dealer (two where links are in plaintext) is kept from clients, and those find room beyond it.
   * An identity has a quarter at most. A remote that finds no slot is not answered.
   */
  public TransportContext maxLinks(int count) {
    this.maxLinks = count;
    return this;
  }

  /**
   * Sets how long a remote that is dialled may take to answer the first time; 0, the default, is
   * for ever.
   */
  public TransportContext connectTimeoutMs(long timeoutMs) {
    this.connectTimeoutMs = timeoutMs;
    return this;
  }

  /**
   * Sets how long one attempt may take between the first frame and the remote's Hello; default 5 s.
   */
  public TransportContext handshakeTimeoutMs(long timeoutMs) {
    this.handshakeTimeoutMs = timeoutMs;
    return this;
  }

  /** Silence after which a heartbeat is sent; default 500 ms. */
  public TransportContext heartbeatMs(long intervalMs) {
    this.heartbeatMs = intervalMs;
    return this;
  }

  /** Sets the silence after which a carrier is closed; default 10 s, at least three heartbeats. */
  public TransportContext peerTimeoutMs(long timeoutMs) {
    this.peerTimeoutMs = timeoutMs;
    return this;
  }

  /**
   * Sets how long a link whose carrier was lost waits for the same incarnation of its remote to
   * come back, before its listener is told that it closed; default 5 s, 0 waits for nobody. Both
   * sides should wait as long, and less than their users do for an answer.
   */
  public TransportContext resumeTimeoutMs(long timeoutMs) {
    this.resumeTimeoutMs = timeoutMs;
    return this;
  }

  /** Sets how long a closing link may continue to send what is queued; default 1 s. */
  public TransportContext lingerMs(long timeoutMs) {
    this.lingerMs = timeoutMs;
    return this;
  }

  /** Sets the silence after which the media driver counts as lost; default 10 s. */
  public TransportContext driverTimeoutMs(long timeoutMs) {
    this.driverTimeoutMs = timeoutMs;
    return this;
  }

  /**
   * Told of faults that no caller sees, on the node's threads; by default they are logged by {@link
   * System.Logger}. They are counted either way.
   */
  public TransportContext errorHandler(ErrorHandler handler) {
    this.errorHandler = handler;
    return this;
  }

  /**
   * Sets where received tensors take their arrays from, and where arrays of openings and
   * corrections go once the remote has acknowledged them. By default the node has a small store of
   * its own.
   */
  public TransportContext arrays(WordArrays store) {
    this.arrays = store;
    return this;
  }

  /** Checks everything, fills what is missing and locks the context. */
  TransportContext conclude() {
    if (concluded) {
      throw new IllegalArgumentException("a transport context serves one node only");
    }
    requireSet("hello", hello);
    requireSet("listener", listener);
    requireSet("listen", listen);
    requireSet("idleMode", idleMode);
    requireSet("driverThread", driverThread);
    if (arrays == null) {
      arrays = new WordArrays(ARRAYS_OF_LARGEST * (long) maxMessageWords);
    }
    if (spinUs < 0) {
      throw new IllegalArgumentException("spinUs must be at least 0: " + spinUs);
    }
    Channels.requireListenable("listen", listen);
    if (advertised != null) {
      Channels.requireDialable("advertise", advertised);
    } else if (Channels.isWildcard(listen)) {
      throw new IllegalArgumentException(
          "listen is "
              + listen
              + ", which remotes cannot dial: set advertise to an address they can");
    }
    if (embeddedDriver != null && aeronDirectory != null) {
      throw new IllegalArgumentException(
          "aeronDirectory is " + aeronDirectory + " although an embedded driver is given");
    }
    requireSet("security", security);
    if (security == LinkSecurity.Plain.IN_PROCESS
        && (embeddedDriver == null || !Channels.isIpc(listen))) {
      throw new IllegalArgumentException(
          "security is IN_PROCESS although links leave the process: listen is " + listen);
    }
    requireRange("chunkBytes", chunkBytes, 64, 1 << 24);
    requireSet("profile", profile);
    if (termBytes == 0) {
      termBytes = profile.termBytes();
    }
    requireRange("termBytes", termBytes, 1 << 20, 1 << 30);
    if (Integer.bitCount(termBytes) != 1) {
      throw new IllegalArgumentException("termBytes is " + termBytes + ", not a power of two");
    }
    requireRange("maxMessageWords", maxMessageWords, 0, FrameLimits.MAX_WORDS);
    requireRange("maxQueuedBytes", maxQueuedBytes, 1, Long.MAX_VALUE / 4);
    if (clientMaxMessageWords == LIKE_OTHERS) {
      clientMaxMessageWords = maxMessageWords;
    }
    requireRange("clientMaxMessageWords", clientMaxMessageWords, 0, maxMessageWords);
    if (clientMaxQueuedBytes == LIKE_OTHERS) {
      clientMaxQueuedBytes = maxQueuedBytes;
    }
    requireRange("clientMaxQueuedBytes", clientMaxQueuedBytes, 1, maxQueuedBytes);
    requireRange("maxLinks", maxLinks, 1, 1 << 16);
    requireRange("connectTimeoutMs", connectTimeoutMs, 0, Integer.MAX_VALUE);
    requireRange("handshakeTimeoutMs", handshakeTimeoutMs, 1, Integer.MAX_VALUE);
    requireRange("heartbeatMs", heartbeatMs, 1, Integer.MAX_VALUE);
    requireRange("peerTimeoutMs", peerTimeoutMs, 3 * heartbeatMs, Integer.MAX_VALUE);
    requireRange("resumeTimeoutMs", resumeTimeoutMs, 0, Integer.MAX_VALUE);
    requireRange("lingerMs", lingerMs, 0, Integer.MAX_VALUE);
    requireRange("driverTimeoutMs", driverTimeoutMs, 1, Integer.MAX_VALUE);
    if (name == null) {
      name = hello.name();
    }
    concluded = true;
    return this;
  }

  private static void requireSet(String setting, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(setting + " is not set");
    }
  }

  private static void requireRange(String setting, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          setting + " is " + value + ", not in [" + low + ", " + high + "]");
    }
  }

  String name() {
    return name;
  }

  LinkMessage.Hello hello() {
    return hello;
  }

  LinkAddress listen() {
    return listen;
  }

  LinkAddress advertised() {
    return advertised;
  }

  LinkSecurity security() {
    return security;
  }

  LinkListener listener() {
    return listener;
  }

  EmbeddedDriver embeddedDriver() {
    return embeddedDriver;
  }

  String aeronDirectory() {
    return aeronDirectory;
  }

  IdleMode idleMode() {
    return idleMode;
  }

  DriverThread driverThread() {
    return driverThread;
  }

  WordArrays arrays() {
    return arrays;
  }

  long spinNs() {
    return TimeUnit.MICROSECONDS.toNanos(spinUs);
  }

  int chunkBytes() {
    return chunkBytes;
  }

  NetworkProfile profile() {
    return profile;
  }

  int termBytes() {
    return termBytes;
  }

  int maxMessageWords() {
    return maxMessageWords;
  }

  int maxMessageWords(Role peer) {
    return peer == Role.CLIENT ? clientMaxMessageWords : maxMessageWords;
  }

  long maxQueuedBytes(Role peer) {
    return peer == Role.CLIENT ? clientMaxQueuedBytes : maxQueuedBytes;
  }

  int maxLinks() {
    return maxLinks;
  }

  long connectTimeoutNs() {
    return connectTimeoutMs * 1_000_000L;
  }

  long handshakeTimeoutNs() {
    return handshakeTimeoutMs * 1_000_000L;
  }

  long heartbeatNs() {
    return heartbeatMs * 1_000_000L;
  }

  long peerTimeoutNs() {
    return peerTimeoutMs * 1_000_000L;
  }

  long resumeTimeoutNs() {
    return resumeTimeoutMs * 1_000_000L;
  }

  long lingerNs() {
    return lingerMs * 1_000_000L;
  }

  long driverTimeoutMs() {
    return driverTimeoutMs;
  }

  ErrorHandler errorHandler() {
    return errorHandler;
  }
}
