// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.cli.Pascaline;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.Visibility;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The files of one deployment on loopback, as a user would write them: sealed links, audit logs,
 * and ports that stay the same over restarts.
 */
final class DeploymentFiles {
  /**
   * Below what systems give to sockets that ask for any port, so that no restart finds it taken.
   */
  private static final int LOWEST_PORT = 20_000;

  private static final int HIGHEST_PORT = 32_000;
  private static final int ATTEMPTS = 1_000;

  private final Path folder;

  /** Whether party 0 is a server, and each client party 1. */
  private final boolean hasServer;

  private DeploymentFiles(Path folder, boolean hasServer) {
    this.folder = folder;
    this.hasServer = hasServer;
  }

  /**
   * Writes all files.
   *
   * @param network what is served
   * @param settings lines for the file of every role
   */
  static DeploymentFiles write(Path folder, SmallNetwork network, String settings)
      throws IOException {
    return write(folder, network.network(), settings, false);
  }

  /**
   * Writes all files of a server, its dealer and clients that are party 1.
   *
   * @param network what is served; its weights are owned by the server
   * @param settings lines for the file of every role
   */
  static DeploymentFiles writeWithServer(Path folder, SmallNetwork network, String settings)
      throws IOException {
    return write(folder, network.network().with(Visibility.OWNED), settings, true);
  }

  private static DeploymentFiles write(
      Path folder, FusedNetwork network, String settings, boolean hasServer) throws IOException {
    for (ModelShare share : ModelShares.split(network, new SecureRandom())) {
      share.write(folder.resolve("party" + share.partyId() + ".share"));
    }
    Files.write(folder.resolve("plan.bin"), network.plan().encode());
    return writeSettings(folder, settings, hasServer);
  }

  /** Writes all files; what is served is the bundled network. */
  static DeploymentFiles writeBundled(Path folder) throws IOException {
    command("share", "--out", folder.toString());
    return writeSettings(folder, "connect-timeout = 5m\n", false);
  }

  /**
   * Writes all files of a server, its dealer and clients that are party 1; what is served is the
   * bundled network.
   *
   * @param clientCount how many clients there are; see {@link #clientConfig}
   * @param settings lines for the file of every role
   * @param ofClients lines for the files of these clients
   */
  static DeploymentFiles writeBundledWithServer(
      Path folder, int clientCount, String settings, String ofClients) throws IOException {
    command("share", "--visibility", "owned", "--out", folder.toString());
    DeploymentFiles files = writeSettings(folder, settings, true);
    String first = Files.readString(files.config(Member.CLIENT_A));
    StringBuilder identities = new StringBuilder();
    for (int client = 0; client < clientCount; client++) {
      String identity = files.clientName(client) + ".identity";
      command("keygen", "--identity", "-q", "--out", folder.resolve(identity).toString());
      identities
          .append("identities.clients += \"")
          .append(publicLine(folder, identity))
          .append("\"\n");
      Files.writeString(
          files.clientConfig(client),
          first.replace(Member.CLIENT_A.fileName() + ".identity", identity) + ofClients);
    }
    Files.writeString(
        folder.resolve("identities.conf"), identities.toString(), StandardOpenOption.APPEND);
    return files;
  }

  private static DeploymentFiles writeSettings(Path folder, String settings, boolean hasServer)
      throws IOException {
    command("keygen", "--all", folder.toString());
    Files.move(folder.resolve("client.identity"), folder.resolve("clienta.identity"));
    command("keygen", "--identity", "--out", folder.resolve("clientb.identity").toString());
    String key = publicLine(folder, "clientb.identity");
    Map<Member, Integer> ports = new EnumMap<>(Member.class);
    for (Member member : Member.SERVING) {
      ports.put(member, freePort(ports));
    }
    DeploymentFiles files = new DeploymentFiles(folder, hasServer);
    for (Member member : files.members()) {
      StringBuilder text = new StringBuilder("include \"identities.conf\"\n");
      if (member.isClient() && Files.exists(folder.resolve("input.conf"))) {
        text.append("include \"input.conf\"\n");
      }
      text.append("identities.clients += \"").append(key).append("\"\n");
      text.append("identity = \"").append(member.fileName()).append(".identity\"\n");
      text.append("listen = \"127.0.0.1:").append(ports.getOrDefault(member, 0)).append("\"\n");
      text.append(hasServer ? ofPair(member, ports) : own(member, ports)).append(settings);
      Files.writeString(files.config(member), text);
    }
    return files;
  }

  private static String publicLine(Path folder, String identity) {
    return command("keygen", "--public", folder.resolve(identity).toString()).strip();
  }

  private static String own(Member member, Map<Member, Integer> ports) {
    String party0 = "party0 = \"127.0.0.1:" + ports.get(Member.PARTY_0) + "\"\n";
    String party1 = "party1 = \"127.0.0.1:" + ports.get(Member.PARTY_1) + "\"\n";
    String dealer = "dealer = \"127.0.0.1:" + ports.get(Member.DEALER) + "\"\n";
    return switch (member) {
      case DEALER ->
          "plan = \"plan.bin\"\naudit = on\nthreads = 1\n"
              + "keys { party0 = \"dealer-party0.key\", party1 = \"dealer-party1.key\" }\n";
      case PARTY_0 -> party(0) + dealer;
      case PARTY_1 -> party(1) + dealer + party0;
      default -> "plan = \"plan.bin\"\n" + party0 + party1;
    };
  }

  private static String ofPair(Member member, Map<Member, Integer> ports) {
    String dealer = "dealer = \"127.0.0.1:" + ports.get(Member.DEALER) + "\"\n";
    return switch (member) {
      case DEALER ->
          "plan = \"plan.bin\"\naudit = on\nthreads = 1\nkeys.party0 = \"dealer-party0.key\"\n";
      case PARTY_0 -> party(0) + dealer;
      default ->
          "plan = \"plan.bin\"\naudit = on\nthreads = 1\n"
              + dealer
              + "party0 = \"127.0.0.1:"
              + ports.get(Member.PARTY_0)
              + "\"\n";
    };
  }

  private static String party(int partyId) {
    return "share = \"party"
        + partyId
        + ".share\"\nkey = \"dealer-party"
        + partyId
        + ".key\"\n"
        + "audit = on\nthreads = 1\n";
  }

  Path folder() {
    return folder;
  }

  /** Returns who is there. */
  List<Member> members() {
    return Stream.of(Member.values())
        .filter(member -> !hasServer || member != Member.PARTY_1)
        .toList();
  }

  /** Returns the command that runs a role that serves. */
  String command(Member member) {
    return member == Member.DEALER ? "dealer" : hasServer ? "server" : "party";
  }

  /** Returns whether the clients are party 1. */
  boolean hasServer() {
    return hasServer;
  }

  Path config(Member member) {
    return folder.resolve(member.fileName() + ".conf");
  }

  /** Returns the settings file of one of many clients, which are counted from 0. */
  Path clientConfig(int client) {
    return folder.resolve(clientName(client) + ".conf");
  }

  /** Returns the name of the files of one of many clients. */
  String clientName(int client) {
    return "client-" + client;
  }

  /** Adds a line to the file of a role, which takes effect when the role is started next. */
  void append(Member member, String line) throws IOException {
    Files.writeString(config(member), line + "\n", StandardOpenOption.APPEND);
  }

  Path stateFolder(Member member) {
    return folder.resolve(member.fileName() + ".state");
  }

  /** State folders of all roles that have one. */
  List<Path> stateFolders() {
    return Member.SERVING.stream().map(this::stateFolder).toList();
  }

  /** Runs a command in this JVM, and returns what it prints. */
  static String command(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    if (Pascaline.run(new PrintWriter(out), new PrintWriter(err), words) != 0) {
      throw new IllegalStateException(err.toString());
    }
    return out.toString();
  }

  private static int freePort(Map<Member, Integer> taken) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
      if (!taken.containsValue(port)) {
        try (DatagramSocket probe = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
          return probe.getLocalPort();
        } catch (SocketException inUse) {
          // Another one, then.
        }
      }
    }
    throw new IllegalStateException("no free port below " + HIGHEST_PORT);
  }
}
