// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

/**
 * What the time of one inference is spent on; {@link BenchView} says who sees which. Where two
 * overlap, the earlier constant counts, so that the categories add up to the whole.
 */
enum TimeCategory {
  GARBAGE_COLLECTION("garbageCollection", "garbage collection: pauses of the JVM"),
  LINEAR("linear", "arithmetic: linear layers"),
  ACTIVATION("activation", "arithmetic: activations and products"),
  LOCAL("local", "arithmetic: layers without messages"),
  MASKING("masking", "arithmetic: masking of layers' inputs"),
  CODING("coding", "encoding and decoding of messages"),
  CLIENT("client", "sharing the input, joining the output shares"),
  TRANSIT("transit", "links: from the sender's last frame until the receiver reads the message"),
  PEER("peer", "waiting for the peer"),
  PARTIES("parties", "the parties and the links to them, until one of them answers"),
  OTHER_PARTY("otherParty", "waiting for the other party's answer"),
  HAND_OVER("handOver", "thread hand-overs, mailboxes and queues"),
  OTHER("other", "everything else");

  private final String key;
  private final String title;

  TimeCategory(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** Returns the name in JSON. */
  String key() {
    return key;
  }

  /** Returns what it is, for people. */
  String title() {
    return title;
  }
}
