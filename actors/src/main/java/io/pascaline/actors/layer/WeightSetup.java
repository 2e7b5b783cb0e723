// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.fused.PublicLinear;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;

/**
 * Opens the weights under their mask, once per epoch (protocols: linear step): both parties do, or
 * their owner alone. Then becomes a {@link ProtocolLayer}. Public weights are packed, and it
 * becomes a {@link LocalLayerActor}. What arrives early waits, in a bounded stash.
 */
final class WeightSetup extends AbstractBehavior<Layer.Command> {
  private static final int STASH_CAPACITY = 4096;

  private final PartyEpoch epoch;
  private final WeightedLayer layer;
  private final LayerOutputs output;
  private final StashBuffer<Layer.Command> early;

  /** Words of the weights' opening that this party sends, and that it waits for. */
  private final int sentWordCount;

  private final int receivedWordCount;

  private MaskedWords own;
  private MaskedWords peer;

  /** What the layer tells itself. */
  sealed interface Own extends Layer.Command {}

  private record Masked(MaskedWords own, Throwable failure) implements Own {}

  /** What the layer becomes. */
  private record Packed(Behavior<Layer.Command> layer, Throwable failure) implements Own {}

  static Behavior<Layer.Command> create(
      PartyEpoch epoch, WeightedLayer layer, LayerOutputs output) {
    return Behaviors.withStash(
        STASH_CAPACITY,
        stash -> Behaviors.setup(context -> new WeightSetup(context, stash, epoch, layer, output)));
  }

  private WeightSetup(
      ActorContext<Layer.Command> context,
      StashBuffer<Layer.Command> early,
      PartyEpoch epoch,
      WeightedLayer layer,
      LayerOutputs output) {
    super(context);
    this.epoch = epoch;
    this.layer = layer;
    this.output = output;
    this.early = early;
    sentWordCount = layer.setupWordCount(epoch.partyId());
    receivedWordCount = layer.setupWordCount(1 - epoch.partyId());
    if (sentWordCount == 0) {
      packOnceAllIsHere();
      return;
    }
    context.pipeToSelf(
        epoch
            .pool()
            .submit(
                Urgency.ONLINE,
                Work.setup(Work.Kind.MASK_WEIGHTS, layer.id()),
                splitter ->
                    layer.maskWeights(
                        epoch.partyId(),
                        epoch.epoch(),
                        epoch.random(),
                        epoch.model().weightsOrNull(layer.id()))),
        Masked::new);
  }

  @Override
  public Receive<Layer.Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Masked.class, this::onMasked)
        .onMessage(Layer.Opened.class, this::onOpened)
        .onMessage(Packed.class, this::onPacked)
        .onAnyMessage(this::onEarly)
        .build();
  }

  private Behavior<Layer.Command> onMasked(Masked masked) {
    if (masked.failure() != null) {
      return fail(AbortReason.INTERNAL, "weights could not be masked: " + masked.failure());
    }
    own = masked.own();
    if (!output.open(SessionId.SETUP_NUMBER, 1, 0, own.words())) {
      return fail(AbortReason.PEER_LOST, "the weights' opening could not be sent to the peer");
    }
    packOnceAllIsHere();
    return this;
  }

  private Behavior<Layer.Command> onOpened(Layer.Opened opened) {
    if (opened.sessionNumber() != SessionId.SETUP_NUMBER) {
      if (opened.round() == LinkMessage.IN_ADVANCE) {
        output.ignored(); // The layer that follows has granted no credit yet.
        return this;
      }
      // Bounds what waits; the layer that follows looks closely.
      int expected = layer.roundWordCount(1 - epoch.partyId());
      int wordCount = opened.words().length;
      if (expected == 0 || wordCount % expected != 0 || wordCount / expected > epoch.maxBatch()) {
        output.ignored();
        return this;
      }
      return onEarly(opened);
    }
    if (peer != null || receivedWordCount == 0 || opened.words().length != receivedWordCount) {
      return fail(
          AbortReason.PROTOCOL_VIOLATION,
          "layer " + layer.id() + ": unexpected weights' opening of " + opened.words().length);
    }
    peer = MaskedWords.of(opened.words());
    packOnceAllIsHere();
    return this;
  }

  private void packOnceAllIsHere() {
    if ((own != null || sentWordCount == 0) && (peer != null || receivedWordCount == 0)) {
      MaskedWords ownOpening = own;
      MaskedWords peerOpening = peer;
      getContext()
          .pipeToSelf(
              epoch
                  .pool()
                  .submit(
                      Urgency.ONLINE,
                      Work.setup(Work.Kind.PACK_WEIGHTS, layer.id()),
                      splitter -> packed(ownOpening, peerOpening)),
              Packed::new);
    }
  }

  /** Returns what the layer becomes; on a thread of the pool, from immutable state. */
  private Behavior<Layer.Command> packed(MaskedWords ownOrNull, MaskedWords peerOrNull) {
    Share weightsOrNull = epoch.model().weightsOrNull(layer.id());
    Share biasOrNull = epoch.model().biasOrNull(layer.id());
    if (layer.isCommunicationFree()) {
      PublicLinear linear =
          ((FusedLinearLayer) layer)
              .localMap(epoch.partyId(), epoch.kernel(), weightsOrNull, biasOrNull);
      LayerCost cost = epoch.model().plan().costs().layers().get(layer.id());
      return LocalLayerActor.create(
          epoch,
          layer,
          Work.Kind.ROUND,
          ShortWork.roundNs(layer, cost),
          (inputs, splitter) -> linear.apply((WordShare) inputs[0], splitter),
          output);
    }
    PartyStep step =
        layer.partyStep(
            epoch.partyId(),
            epoch.epoch(),
            epoch.random(),
            epoch.kernel(),
            output.reshares(),
            ownOrNull,
            peerOrNull,
            weightsOrNull,
            biasOrNull);
    return ProtocolLayer.create(epoch, step, new StepEntry(1, inputs -> inputs[0]), output);
  }

  private Behavior<Layer.Command> onPacked(Packed packed) {
    if (packed.failure() != null) {
      return fail(AbortReason.INTERNAL, "weights could not be packed: " + packed.failure());
    }
    return early.unstashAll(packed.layer());
  }

  private Behavior<Layer.Command> onEarly(Layer.Command command) {
    if (early.isFull()) {
      return fail(AbortReason.PROTOCOL_VIOLATION, "too many messages before the weights' opening");
    }
    early.stash(command);
    return this;
  }

  private Behavior<Layer.Command> fail(AbortReason reason, String detail) {
    output.epochFailed(reason, detail);
    return Behaviors.ignore();
  }
}
