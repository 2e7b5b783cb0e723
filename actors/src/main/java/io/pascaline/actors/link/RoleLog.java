// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import org.slf4j.Logger;

/**
 * What every role says of its links and epochs. A message is the same text at each event, so that
 * an index finds it; what differs is in fields.
 */
public final class RoleLog {
  private RoleLog() {}

  /** Says that a link opened. */
  public static void opened(Logger log, Link link) {
    log.atInfo().addKeyValue("remote", link.peerName()).log("link opened");
  }

  /** Says that a link closed, and why. */
  public static void closed(Logger log, Link link, String reason) {
    log.atInfo()
        .addKeyValue("remote", link.peerName())
        .addKeyValue("reason", reason)
        .log("link closed");
  }

  /** Says that an epoch begins. */
  public static void epochBegins(Logger log, long epoch) {
    log.atInfo().addKeyValue("epoch", Long.toHexString(epoch)).log("epoch begins");
  }

  /** Says that an epoch ends, and why. */
  public static void epochEnds(Logger log, String reason) {
    log.atInfo().addKeyValue("reason", reason).log("epoch ends");
  }
}
