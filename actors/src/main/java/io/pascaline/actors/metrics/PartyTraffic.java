// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

/**
 * One party's traffic, in bytes of tensor words unless it says framing.
 *
 * @param partyId 0 or 1
 * @param inferences that this party finished: images, however many a session carries
 * @param sessions that it finished
 * @param rounds masked tensors sent to the peer for inferences
 * @param openedBytesSent their bytes, to the peer
 * @param openedBytesReceived masked tensors from the peer
 * @param advanceBytesSent openings that party 1 sent in the offline phase
 * @param advanceBytesReceived the same, received by party 0
 * @param correctionBytesReceived corrections from the dealer (offline)
 * @param setupBytesSent weight openings, once per epoch
 * @param inputShareBytesReceived from clients
 * @param outputShareBytesSent to clients
 * @param framingBytesSent headers of everything sent to the peer, by any message
 * @param framingBytesReceived headers of everything received from the peer
 */
public record PartyTraffic(
    int partyId,
    long inferences,
    long sessions,
    long rounds,
    long openedBytesSent,
    long openedBytesReceived,
    long advanceBytesSent,
    long advanceBytesReceived,
    long correctionBytesReceived,
    long setupBytesSent,
    long inputShareBytesReceived,
    long outputShareBytesSent,
    long framingBytesSent,
    long framingBytesReceived) {
  /** Returns that of a party that has sent and received nothing. */
  public static PartyTraffic none(int partyId) {
    return new PartyTraffic(partyId, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Returns the sum of both, as that of this party. */
  public PartyTraffic plus(PartyTraffic other) {
    return new PartyTraffic(
        partyId,
        inferences + other.inferences,
        sessions + other.sessions,
        rounds + other.rounds,
        openedBytesSent + other.openedBytesSent,
        openedBytesReceived + other.openedBytesReceived,
        advanceBytesSent + other.advanceBytesSent,
        advanceBytesReceived + other.advanceBytesReceived,
        correctionBytesReceived + other.correctionBytesReceived,
        setupBytesSent + other.setupBytesSent,
        inputShareBytesReceived + other.inputShareBytesReceived,
        outputShareBytesSent + other.outputShareBytesSent,
        framingBytesSent + other.framingBytesSent,
        framingBytesReceived + other.framingBytesReceived);
  }
}
