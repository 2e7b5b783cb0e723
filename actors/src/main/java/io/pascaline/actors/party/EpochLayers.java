// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.layer.Layer;
import io.pascaline.layers.plan.KnownShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.StepLayer;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The layer actors of one epoch, by layer id. Owned by the party's actor. */
final class EpochLayers {
  private final PartyEpoch epoch;
  private final List<ActorRef<Layer.Command>> layers;
  private final List<Layer.Destination> firstLayers;

  private EpochLayers(
      PartyEpoch epoch, List<ActorRef<Layer.Command>> layers, List<Layer.Destination> firstLayers) {
    this.epoch = epoch;
    this.layers = layers;
    this.firstLayers = firstLayers;
  }

  /** Spawns the layers from the last to the first, so that each knows where its output goes. */
  static EpochLayers spawn(ActorContext<Party.Command> context, PartyEpoch epoch) {
    NetworkPlan plan = epoch.model().plan();
    int count = plan.layers().size();
    List<List<Layer.Destination>> destinations = new ArrayList<>();
    for (int id = -1; id < count; id++) {
      destinations.add(new ArrayList<>());
    }
    List<List<Layer.Destination>> readersOfInput = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      readersOfInput.add(new ArrayList<>());
    }
    KnownShares known = plan.knownShares();
    boolean knows = epoch.partyId() == 1;
    List<ActorRef<Layer.Command>> layers = new ArrayList<>(count);
    Props props = epoch.pool().props(context.getSystem());
    for (int id = count - 1; id >= 0; id--) {
      PlanLayer layer = plan.layers().get(id);
      ActorRef<Layer.Command> actor =
          context.spawn(
              Layer.create(
                  epoch,
                  layer,
                  new Layer.Readers(
                      known,
                      List.copyOf(destinations.get(id + 1)),
                      List.copyOf(readersOfInput.get(id)))),
              "layer-" + Long.toHexString(epoch.epoch()) + "-" + id,
              props);
      context.watchWith(actor, new Party.LayerDied(epoch.epoch(), id));
      layers.add(0, actor);
      for (int port = 0; port < layer.inputs().size(); port++) {
        int resharing = known.resharingLayer(layer, port);
        boolean awaitsKnown = knows && known.isAwaited(id) && known.isKnown(layer, port);
        (resharing < 0
                ? destinations.get(layer.inputs().get(port) + 1)
                : readersOfInput.get(resharing))
            .add(new Layer.Destination(actor, port, awaitsKnown));
      }
    }
    return new EpochLayers(epoch, layers, List.copyOf(destinations.get(0)));
  }

  PartyEpoch epoch() {
    return epoch;
  }

  /**
   * Takes an opening, a correction or the peer's credit to its layer; from any thread.
   *
   * @return false if it is of another epoch or of no layer, or no such message
   */
  boolean deliver(LinkMessage message) {
    if (message instanceof LinkMessage.Credit credit) {
      return deliver(
          credit.epoch(), credit.layer(), new Layer.Credited(credit.grantedBytesTotal()));
    }
    if (message instanceof LinkMessage.MaskedTensor opening) {
      return deliver(
          opening.epoch(),
          opening.layer(),
          new Layer.Opened(opening.number(), opening.round(), opening.words()));
    }
    return message instanceof LinkMessage.Correction correction
        && deliver(
            correction.epoch(),
            correction.layer(),
            new Layer.Corrected(correction.number(), correction.words()));
  }

  private boolean deliver(long ofEpoch, int layer, Layer.Command command) {
    if (ofEpoch != epoch.epoch() || layer < 0 || layer >= layers.size()) {
      return false;
    }
    layers.get(layer).tell(command);
    return true;
  }

  /** Returns where a session's input goes. */
  List<Layer.Destination> firstLayers() {
    return firstLayers;
  }

  /** Ends a session early, with all its numbers. */
  void abandon(long sessionNumber, int imageCount) {
    for (ActorRef<Layer.Command> layer : layers) {
      layer.tell(new Layer.Abandon(sessionNumber, imageCount));
    }
  }

  /**
   * Discards a number that no session has, to check what was dealt for it.
   *
   * @param peerSeed what the peer's masks of it derive from
   */
  void check(long number, byte[] peerSeed) {
    for (PlanLayer layer : epoch.model().plan().layers()) {
      boolean isStep = layer instanceof StepLayer step && !step.isCommunicationFree();
      layers
          .get(layer.id())
          .tell(isStep ? new Layer.Check(number, peerSeed) : new Layer.Abandon(number, 1));
    }
  }

  /** Takes the peer's witness to its layer; false if it is of no layer. */
  boolean deliver(LinkMessage.WitnessDigest witness) {
    return deliver(
        witness.epoch(), witness.layer(), new Layer.Witnessed(witness.number(), witness.digest()));
  }

  void stop(ActorContext<Party.Command> context) {
    epoch.budget().close();
    for (ActorRef<Layer.Command> layer : layers) {
      context.unwatch(layer);
      context.stop(layer);
    }
  }
}
