// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.protocols.random.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The history of a simulation. For the simulation's thread; read it when that has ended. */
public final class Trace {
  private final List<MessageEvent> messages = new ArrayList<>();
  private final List<WorkEvent> works = new ArrayList<>();
  private final MessageIndices indices = new MessageIndices();

  /** Starts empty. */
  public Trace() {}

  /** Adds a message as it arrives. */
  public void add(MessageEvent message) {
    messages.add(message);
  }

  /** Adds a task as it ends. */
  public void add(WorkEvent work) {
    works.add(work);
  }

  /** Returns what replaces the random ids of messages. */
  public MessageIndices indices() {
    return indices;
  }

  /** Returns how many epochs began. */
  int epochCount() {
    return indices.epochCount();
  }

  /** Returns what lost epochs sent in vain. */
  public LostWork lostWork() {
    return LostWork.of(this);
  }

  /** Returns the cost of checks of the dealer. */
  public DealerCheckTraffic dealerChecks() {
    return DealerCheckTraffic.of(this);
  }

  /** Messages in the order of their arrival. */
  public List<MessageEvent> messages() {
    return List.copyOf(messages);
  }

  /** Tasks in the order in which they ended. */
  public List<WorkEvent> works() {
    return List.copyOf(works);
  }

  /**
   * SHA-256 over the messages in the order of their arrival: for each, one line with the virtual
   * times of sending and arrival in nanoseconds, sender, receiver, kind, session, layer, round, and
   * bytes of payload and frames. No content and no random id is in it, so runs of equal seeds and
   * costs have equal digests.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    MessageDigest sha256 = Sha256.digest();
    for (MessageEvent message : messages) {
      sha256.update(line(message).getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static String line(MessageEvent message) {
    return message.sentNs()
        + ";"
        + message.arrivedNs()
        + ";"
        + message.from()
        + ";"
        + message.to()
        + ";"
        + message.kind()
        + ";"
        + message.session()
        + ";"
        + message.layer()
        + ";"
        + message.round()
        + ";"
        + message.payloadBytes()
        + ";"
        + message.frameBytes()
        + "\n";
  }
}
