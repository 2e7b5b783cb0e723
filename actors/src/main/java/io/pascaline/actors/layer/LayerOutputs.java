// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.AuditRecord.Digest;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** A layer's way out: to the next layers, the peer, the dealer and the party. Immutable. */
record LayerOutputs(PartyEpoch epoch, int layer, Layer.Readers readers) {
  /** Hands finished shares on; the last layer's go to the session itself. */
  void deliver(long sessionNumber, List<Share> shares, ActorRef<Layer.Output> replyTo) {
    if (readers.ofOutput().isEmpty()) {
      replyTo.tell(new Layer.Output(sessionNumber, shares));
      return;
    }
    for (Layer.Destination destination : readers.ofOutput()) {
      destination.deliver(sessionNumber, shares, replyTo);
    }
  }

  /** Hands new shares of the layer's input on, if it re-shares that. */
  void deliverInput(long sessionNumber, List<Share> shares, ActorRef<Layer.Output> replyTo) {
    for (Layer.Destination destination : readers.ofInput()) {
      destination.deliver(sessionNumber, shares, replyTo);
    }
  }

  /** Returns whether the layer gives new shares of its input. */
  boolean reshares() {
    return readers.known().reshares(layer);
  }

  /** Returns whether party 1 sends the layer's opening in the offline phase. */
  boolean opensInAdvance() {
    return readers.known().opensInAdvance(layer);
  }

  /**
   * Tells, at party 1, the next layers what is known in the offline phase.
   *
   * @param outputOrNull the share of the output
   * @param inputOrNull the new share of the input
   */
  void known(long number, Share outputOrNull, Share inputOrNull) {
    tellKnown(number, outputOrNull, readers.ofOutput());
    tellKnown(number, inputOrNull, readers.ofInput());
  }

  private static void tellKnown(long number, Share share, List<Layer.Destination> destinations) {
    for (Layer.Destination destination : destinations) {
      if (share != null && destination.awaitsKnown()) {
        destination.layer().tell(new Layer.Known(number, destination.port(), share));
      }
    }
  }

  /** Notes that one image is opened in advance, before it is. */
  void noteOpenedInAdvance(long number, int[] words) {
    if (epoch.audit().isOn()) {
      noteOpened(number, LinkMessage.IN_ADVANCE, Digest.of(words, 0, words.length));
    }
  }

  /**
   * Sends what is opened in advance, noted before; false on back pressure or a closed link.
   *
   * @param isNeeded whether a session waits for it
   */
  boolean openInAdvance(long number, int[] words, boolean isNeeded) {
    LinkMessage opening =
        new LinkMessage.MaskedTensor(epoch.epoch(), number, layer, LinkMessage.IN_ADVANCE, words);
    return isNeeded ? epoch.peer().send(opening) : epoch.peer().sendBehind(opening);
  }

  /** Grants party 1 credit for openings in advance; false on back pressure or a closed link. */
  boolean grantPeer(long grantedBytesTotal) {
    return epoch.peer().send(new LinkMessage.Credit(epoch.epoch(), layer, grantedBytesTotal));
  }

  /**
   * Sends a masked tensor to the peer, noted before image by image; false on back pressure or a
   * closed link. The masks are used up either way.
   */
  boolean open(long sessionNumber, int imageCount, int round, int[] words) {
    if (epoch.audit().isOn()) {
      int length = words.length / imageCount;
      for (int image = 0; image < imageCount; image++) {
        noteOpened(sessionNumber + image, round, Digest.of(words, image * length, length));
      }
    }
    boolean sent =
        epoch
            .peer()
            .send(new LinkMessage.MaskedTensor(epoch.epoch(), sessionNumber, layer, round, words));
    if (sent && sessionNumber != SessionId.SETUP_NUMBER) {
      epoch.openings().increment();
    }
    return sent;
  }

  private void noteOpened(long number, int round, Digest digest) {
    epoch.audit().record(AuditRecord.opened(epoch.epoch(), number, layer, round, digest));
  }

  /** Tells the peer the digest of a witness; false on back pressure or a closed link. */
  boolean witness(long number, byte[] digest) {
    return epoch.peer().send(new LinkMessage.WitnessDigest(epoch.epoch(), number, layer, digest));
  }

  /** Grants the dealer credit, if it is there; false on back pressure. */
  boolean grant(long grantedBytesTotal) {
    return epoch.dealer().send(new LinkMessage.Credit(epoch.epoch(), layer, grantedBytesTotal))
        || !epoch.dealer().isOpen();
  }

  /** Something came that no honest peer sends; it changes nothing but a counter. */
  void ignored() {
    epoch.reports().tell(new LayerReport.Ignored(epoch.epoch()));
  }

  void stored(long imageNumber) {
    epoch.meter().settled();
    epoch.reports().tell(new LayerReport.Stored(epoch.epoch(), imageNumber));
  }

  void prepared(long imageNumber) {
    epoch.reports().tell(new LayerReport.Prepared(epoch.epoch(), imageNumber));
  }

  void checked(long number) {
    epoch.reports().tell(new LayerReport.Checked(epoch.epoch(), number));
  }

  void failed(long imageNumber, AbortReason reason, String detail) {
    epoch
        .reports()
        .tell(
            new LayerReport.Failed(
                epoch.epoch(), imageNumber, reason, detail, LayerReport.FailureOrigin.OTHER));
  }

  /** What the dealer sent cannot be used; the session fails like any other. */
  void failedByDealer(long imageNumber, String detail) {
    epoch
        .reports()
        .tell(
            new LayerReport.Failed(
                epoch.epoch(),
                imageNumber,
                AbortReason.PROTOCOL_VIOLATION,
                "layer " + layer + ": " + detail,
                LayerReport.FailureOrigin.DEALER));
  }

  /** The layer cannot continue: no session can pass it. */
  void epochFailed(AbortReason reason, String detail) {
    epoch.reports().tell(new LayerReport.EpochFailed(epoch.epoch(), reason, detail));
  }
}
