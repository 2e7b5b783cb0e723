// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

/**
 * A stretch of time in which a role did one thing.
 *
 * @param role who
 * @param activity what
 * @param fromNs when it began
 * @param untilNs when it ended
 * @param session the inference it was for, {@link MessageEvent#NONE} for none
 * @param layer the layer it was for, {@link MessageEvent#NONE} for none
 */
public record TimelineBar(
    String role, Activity activity, long fromNs, long untilNs, long session, int layer) {
  /** What a role does. */
  public enum Activity {
    /** Work once per epoch. */
    SETUP,
    /** Work of the offline phase: dealing and preparing correlations. */
    OFFLINE,
    /** Work that somebody waits for. */
    ONLINE,
    /** Its online bytes leave or are on their way. */
    ONLINE_TRANSFER,
    /** Its offline bytes leave or are on their way. */
    OFFLINE_TRANSFER,
    /** An inference waits for the peer's message. */
    WAIT_PEER,
    /** An inference waits for its correlation. */
    WAIT_CORRELATION,
    /** One of its links carries nothing. */
    OUTAGE
  }
}
