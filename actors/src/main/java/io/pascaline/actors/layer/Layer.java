// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.KnownShares;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.share.Share;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/** The protocol of layer actors, and their creation. */
public final class Layer {
  private Layer() {}

  /**
   * What a layer is told. Numbers count the images of the layer's epoch; a session has consecutive
   * ones, and its session number is that of its first image.
   */
  public sealed interface Command
      permits Input,
          Opened,
          Corrected,
          Abandon,
          LayerChecks.Message,
          AdvanceOpenings.Message,
          WeightSetup.Own,
          ProtocolEvent,
          LocalLayerActor.Own {}

  /**
   * An input from the layer before, or from the session for the first one. The words are shared
   * with other readers and must not be changed.
   *
   * @param sessionNumber the session
   * @param port which input of the layer, from 0
   * @param shares the share of each image of the session, at least one
   * @param replyTo the session, whom the last layer tells the output
   */
  public record Input(long sessionNumber, int port, List<Share> shares, ActorRef<Output> replyTo)
      implements Command {}

  /**
   * What the last layer tells a session: the network's output shares.
   *
   * @param sessionNumber the session
   * @param shares the share of each image
   */
  public record Output(long sessionNumber, List<Share> shares) {}

  /**
   * The peer's masked tensor; the array belongs to the layer.
   *
   * @param sessionNumber the session, or -1 for the weights' opening
   * @param round the round within the layer, from 0, or -1 for an opening in advance
   * @param words the masked words of all images of the session, one image after the other; in
   *     advance those of one image
   */
  public record Opened(long sessionNumber, int round, int[] words) implements Command {
    @Override
    public String toString() {
      return "Opened[sessionNumber="
          + sessionNumber
          + ", round="
          + round
          + ", words="
          + words.length
          + "]";
    }
  }

  /**
   * The dealer's correction; the array belongs to the layer.
   *
   * @param imageNumber the image that it is for
   * @param words the correction words
   */
  public record Corrected(long imageNumber, int[] words) implements Command {
    @Override
    public String toString() {
      return "Corrected[imageNumber=" + imageNumber + ", words=" + words.length + "]";
    }
  }

  /**
   * The session ended early: forget it, and discard the correlations of its images.
   *
   * @param sessionNumber the session
   * @param imageCount its images, at least 1
   */
  public record Abandon(long sessionNumber, int imageCount) implements Command {}

  /**
   * A number is discarded, to check what the dealer dealt for it.
   *
   * @param number an image's number, which no session has or will have
   * @param peerSeed what the peer's masks of it derive from
   */
  public record Check(long number, byte[] peerSeed) implements LayerChecks.Message {
    @Override
    public String toString() {
      return "Check[number=" + number + "]";
    }
  }

  /**
   * The peer's witness of a number that is checked.
   *
   * @param number the number
   * @param digest of the witness
   */
  public record Witnessed(long number, byte[] digest) implements LayerChecks.Message {
    @Override
    public String toString() {
      return "Witnessed[number=" + number + "]";
    }
  }

  /**
   * Party 1 knows its share of an input of one image in the offline phase. The words are shared
   * with other readers and must not be changed.
   *
   * @param number the image
   * @param port which input of the layer, from 0
   * @param share the share that {@link Input} will bring, too
   */
  public record Known(long number, int port, Share share) implements AdvanceOpenings.Message {}

  /**
   * Party 0 takes more openings in advance.
   *
   * @param grantedBytesTotal all bytes ever granted for the layer in the epoch
   */
  public record Credited(long grantedBytesTotal) implements AdvanceOpenings.Message {}

  /**
   * Who reads what a layer makes.
   *
   * @param known of the plan
   * @param ofOutput readers of its output
   * @param ofInput readers of the new shares of its input; none unless it re-shares that
   */
  public record Readers(KnownShares known, List<Destination> ofOutput, List<Destination> ofInput) {}

  /**
   * A layer that reads a tensor.
   *
   * @param layer the layer
   * @param port which of its inputs
   * @param awaitsKnown whether party 1 tells it in the offline phase what it knows of that
   */
  public record Destination(ActorRef<Command> layer, int port, boolean awaitsKnown) {
    /** Hands shares on, one for each image; {@code replyTo} is told the network's output. */
    public void deliver(long sessionNumber, List<Share> shares, ActorRef<Output> replyTo) {
      layer.tell(new Input(sessionNumber, port, shares, replyTo));
    }
  }

  /**
   * Returns a layer actor for a layer of the plan.
   *
   * @param epoch what it shares with the other layers of its party
   * @param layer the layer
   * @param readers who reads what it makes
   */
  public static Behavior<Command> create(PartyEpoch epoch, PlanLayer layer, Readers readers) {
    LayerOutputs output = new LayerOutputs(epoch, layer.id(), readers);
    if (layer instanceof WeightedLayer weighted) {
      return WeightSetup.create(epoch, weighted, output);
    }
    if (layer instanceof FunctionLayer function) {
      return ProtocolLayer.create(
          epoch,
          function.partyStep(
              epoch.partyId(),
              epoch.model().plan().visibility().correctionReceiver(),
              epoch.epoch(),
              epoch.random()),
          new StepEntry(function.inputs().size(), function::stepInput),
          output);
    }
    LocalLayer local = (LocalLayer) layer;
    return LocalLayerActor.create(
        epoch,
        layer,
        Work.Kind.LOCAL,
        ShortWork.localNs(local),
        (inputs, splitter) -> local.apply(epoch.partyId(), inputs),
        output);
  }
}
