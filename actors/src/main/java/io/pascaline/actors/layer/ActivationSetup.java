package io.pascaline.actors.layer;

import io.pascaline.layers.plan.ActivationLayer;
import io.pascaline.protocols.fused.FusedActivationParty;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.PartyStep;
import org.apache.pekko.actor.typed.Behavior;

/** Makes the actor of an activation layer; nothing needs to be exchanged for it. */
final class ActivationSetup {
  private ActivationSetup() {}

  static Behavior<Layer.Command> create(
      final PartyEpoch epoch, final ActivationLayer layer, final OutputPort output) {
    final PartyStep step =
        new FusedActivationParty(
            epoch.partyId(), layer.activation(), epoch.epoch(), epoch.random());
    return ProtocolLayer.create(
        epoch,
        step,
        share -> WordShare.of(layer.inputShape(), layer.scaledInput(share.words())),
        output);
  }
}
