// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.trace;

import io.pascaline.transport.link.LinkMessage;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** What every event of a message says: whose it is and which message. Never its content. */
@Category({"Pascaline", "Transport"})
@StackTrace(false)
public abstract class MessageEvent extends Event {
  /** Stands for a session, layer or step where the message has none. */
  public static final long NONE = -1;

  @Label("Node")
  @Description("The node that this happened at")
  String node;

  @Label("Remote")
  @Description("The other end of the link")
  String remote;

  @Label("Kind")
  @Description("The kind of the message")
  String kind;

  @Label("Session")
  @Description("The number of the inference in its epoch, -1 for none")
  long session = NONE;

  @Label("Request")
  @Description("The client's random name of the request, for shares and SESSION_OPEN")
  String request;

  @Label("Layer")
  @Description("The layer's id in the plan, -1 for none")
  long layer = NONE;

  @Label("Step")
  @Description("The round within the layer, -1 for none")
  long step = NONE;

  @Label("Payload")
  @DataAmount
  long payloadBytes;

  /** Only events of this package. */
  MessageEvent() {}

  /**
   * Says which message the event is about.
   *
   * @param nodeName the node that it happened at
   * @param remoteName the other end of the link, such as {@code party 1}
   * @param message the message
   */
  public final void describe(String nodeName, String remoteName, LinkMessage message) {
    node = nodeName;
    remote = remoteName;
    kind = message.kind().name();
    payloadBytes = message.payloadBytes();
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      session = tensor.number();
      layer = tensor.layer();
      step = tensor.round();
    } else if (message instanceof LinkMessage.Correction correction) {
      session = correction.number();
      layer = correction.layer();
    } else if (message instanceof LinkMessage.SessionOpen open) {
      session = open.number();
      request = open.request().toString();
    } else if (message instanceof LinkMessage.InputShare share) {
      request = share.request().toString();
    } else if (message instanceof LinkMessage.OutputShare share) {
      request = share.request().toString();
    } else if (message instanceof LinkMessage.SessionCheck check) {
      session = check.number();
    } else if (message instanceof LinkMessage.WitnessDigest witness) {
      session = witness.number();
      layer = witness.layer();
    }
  }
}
