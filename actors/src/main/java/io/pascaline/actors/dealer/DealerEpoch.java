// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.epoch.EpochSalt;
import io.pascaline.actors.state.AuditRecord;
import io.pascaline.actors.state.Reservation;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One epoch at the dealer: fresh keys from fresh nonces, and the place in the order of dealing.
 * Owned by the dealer's actor, except for {@link #makeSteps}, which reads immutable state only.
 */
final class DealerEpoch {
  private final DealerSettings settings;
  private final Link[] parties;
  private final long id;
  private final LinkMessage.EpochStart[] starts = new LinkMessage.EpochStart[2];
  private final KeyedRandom[] randoms = new KeyedRandom[2];
  private final long[][] grantedBytes;
  private final Reservation reservation;
  private final List<Long> dealBytes;
  private List<DealerStep> steps;
  private long number;
  private int position;

  DealerEpoch(DealerSettings settings, Link party0, Link party1) {
    this.settings = settings;
    parties = new Link[] {party0, party1};
    SecureRandom random = new SecureRandom();
    id = random.nextLong();
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] nonce0 = party0.peerHello().nonce();
    byte[] nonce1 = party1.peerHello().nonce();
    CorrelationKey[] keys = {settings.keys().party0Key(), settings.keys().party1Key()};
    for (int party = 0; party < parties.length; party++) {
      byte[] linkSecret = EpochSalt.linkSecret(parties[party]);
      byte[] salt = EpochSalt.of(party, id, nonce, nonce0, nonce1, linkSecret);
      randoms[party] = KeyedRandom.derive(keys[party], salt).into(settings.pool().arrays());
      Arrays.fill(linkSecret, (byte) 0);
      Arrays.fill(salt, (byte) 0);
      starts[party] =
          new LinkMessage.EpochStart(id, nonce, nonce0, nonce1, randoms[party].confirmation());
    }
    reservation = settings.state().reservation();
    grantedBytes = new long[2][settings.plan().layers().size()];
    dealBytes = MemoryNeed.of(settings.plan(), LinearKernels.best()).dealBytes();
  }

  long id() {
    return id;
  }

  boolean announce() {
    return parties[0].send(starts[0]) & parties[1].send(starts[1]);
  }

  /** Returns what is noted of the epoch before it is announced. */
  AuditRecord audited() {
    return AuditRecord.epoch(id, EpochSalt.common(starts[0]));
  }

  /** Returns which numbers may be dealt for. */
  Reservation reservation() {
    return reservation;
  }

  /** Returns the number that is dealt for next. */
  long number() {
    return number;
  }

  /** Draws and packs the weight masks: heavy, for the compute pool. */
  List<DealerStep> makeSteps() {
    List<DealerStep> made = new ArrayList<>();
    CorrectionReceiver receiver = settings.plan().visibility().correctionReceiver();
    for (StepLayer step : settings.plan().steps()) {
      DealerStep dealer =
          step.dealerStep(receiver, id(), randoms[0], randoms[1], LinearKernels.best());
      // A polynomial of degree 1 needs none, and its parties expect none.
      if (dealer.correctionWordCount() > 0) {
        made.add(dealer);
      }
    }
    return List.copyOf(made);
  }

  void steps(List<DealerStep> made) {
    steps = made;
  }

  /** A party's grant; grants never fall, so a late one changes nothing. */
  void grant(Link link, LinkMessage.Credit credit) {
    int party = link.peerHello().partyId();
    if (parties[party] == link
        && credit.layer() >= 0
        && credit.layer() < grantedBytes[party].length) {
      grantedBytes[party][credit.layer()] =
          Math.max(grantedBytes[party][credit.layer()], credit.grantedBytesTotal());
    }
  }

  /**
   * Returns the next step that both parties have room for, in the order of use; null if there is
   * none, or making its correction takes more memory than there is.
   *
   * @param roomBytes the memory that there is
   */
  Deal nextDeal(long roomBytes) {
    if (steps == null || steps.isEmpty() || number >= reservation.end()) {
      return null;
    }
    DealerStep step = steps.get(position);
    long neededBytes = (number + 1) * step.correctionWordCount() * Integer.BYTES;
    if (grantedBytes[0][step.layer()] < neededBytes
        || grantedBytes[1][step.layer()] < neededBytes
        || dealBytes.get(step.layer()) > roomBytes) {
      return null;
    }
    Deal deal = new Deal(step, number, dealBytes.get(step.layer()), beginsInference());
    position++;
    if (position == steps.size()) {
      position = 0;
      number++;
    }
    return deal;
  }

  /** Sends a correction to the party it is for; false on back pressure. */
  boolean send(int party, long dealtNumber, int layer, int[] words) {
    return parties[party].send(new LinkMessage.Correction(id(), dealtNumber, layer, words));
  }

  /** Returns whether what is dealt next is the first of an inference. */
  boolean beginsInference() {
    return position == 0;
  }

  /**
   * One correction to be made, and the memory that it takes until it is sent.
   *
   * @param beginsInference whether it is the first of its inference
   */
  record Deal(DealerStep step, long number, long bytes, boolean beginsInference) {}
}
