package io.pascaline.actors.dealer;

import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.ring.LinearKernel;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * One epoch at the dealer: fresh keys from fresh nonces, and the place in the order of dealing.
 * Owned by the dealer's actor, except for {@link #makeSteps}, which reads immutable state only.
 */
final class DealerEpoch {
  private final DealerSettings settings;
  private final Link[] parties;
  private final LinkMessage.EpochStart start;
  private final long[][] grantedBytes;
  private List<DealerStep> steps;
  private long number;
  private int position;

  DealerEpoch(final DealerSettings settings, final Link party0, final Link party1) {
    this.settings = settings;
    parties = new Link[] {party0, party1};
    final SecureRandom random = new SecureRandom();
    final byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    random.nextBytes(nonce);
    start =
        new LinkMessage.EpochStart(
            random.nextLong(), nonce, party0.peerHello().nonce(), party1.peerHello().nonce());
    grantedBytes = new long[2][settings.plan().layers().size()];
  }

  long id() {
    return start.epoch();
  }

  boolean announce() {
    return parties[0].send(start) & parties[1].send(start);
  }

  /** Draws and packs the weight masks: heavy, for the compute pool. */
  List<DealerStep> makeSteps() {
    final byte[] salt =
        ByteBuffer.allocate(Long.BYTES + 3 * LinkMessage.NONCE_BYTES)
            .putLong(start.epoch())
            .put(start.dealerNonce())
            .put(start.party0Nonce())
            .put(start.party1Nonce())
            .array();
    final KeyedRandom random0 = KeyedRandom.derive(settings.party0Key(), salt);
    final KeyedRandom random1 = KeyedRandom.derive(settings.party1Key(), salt);
    final List<DealerStep> made = new ArrayList<>();
    for (final PlanLayer layer : settings.plan().layers()) {
      if (layer instanceof StepLayer step) {
        final DealerStep dealer = step.dealerStep(id(), random0, random1, LinearKernel.best());
        // A polynomial of degree 1 needs none, and its parties expect none.
        if (dealer.correctionWordCount() > 0) {
          made.add(dealer);
        }
      }
    }
    return List.copyOf(made);
  }

  void steps(final List<DealerStep> made) {
    steps = made;
  }

  /** A party's grant; grants never fall, so a late one changes nothing. */
  void grant(final Link link, final LinkMessage.Credit credit) {
    final int party = link.peerHello().partyId();
    if (parties[party] == link
        && credit.layer() >= 0
        && credit.layer() < grantedBytes[party].length) {
      grantedBytes[party][credit.layer()] =
          Math.max(grantedBytes[party][credit.layer()], credit.grantedBytesTotal());
    }
  }

  /** The next step that both parties have room for, in the order of use; null if there is none. */
  Deal nextDeal() {
    if (steps == null || steps.isEmpty()) {
      return null;
    }
    final DealerStep step = steps.get(position);
    final long neededBytes = (number + 1) * step.correctionWordCount() * Integer.BYTES;
    if (grantedBytes[0][step.layer()] < neededBytes
        || grantedBytes[1][step.layer()] < neededBytes) {
      return null;
    }
    final Deal deal = new Deal(step, number);
    position++;
    if (position == steps.size()) {
      position = 0;
      number++;
    }
    return deal;
  }

  /** Sends a correction to the party it is for; false on back pressure. */
  boolean send(final int party, final long dealtNumber, final int layer, final int[] words) {
    return parties[party].send(new LinkMessage.Correction(id(), dealtNumber, layer, words));
  }

  /** One correction to be made. */
  record Deal(DealerStep step, long number) {}
}
