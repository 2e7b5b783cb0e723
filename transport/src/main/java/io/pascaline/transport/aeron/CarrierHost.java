// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.Remote;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.Exporter;

/** What a carrier asks of its node. */
interface CarrierHost {
  /**
   * Makes room for a carrier that a remote dialled.
   *
   * @return the conversation that the remote resumes, or null for a new one
   * @throws MalformedFrame if the remote says that it received what it cannot have
   */
  Conversation takeOver(Remote remote, Resumption resumption, long nowNs) throws MalformedFrame;

  /** Makes the conversation that a carrier begins. */
  Conversation create(long id, boolean initiated, Remote remote, Exporter exporter);

  /** Lets a conversation wait for another carrier. */
  void suspend(Conversation conversation, String reason, long nowNs);

  /** Returns what wakes the node of this JVM that listens there, or null. */
  Runnable neighbour(LinkAddress address);

  /** Reports a fault of this program. */
  void onError(Throwable fault);
}
