// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * A layer without messages: each party applies the same map to its share (pooling, joins, products
 * with public weights).
 */
final class LocalLayerActor extends AbstractBehavior<Layer.Command> {
  private final PartyEpoch epoch;
  private final PlanLayer layer;
  private final Work.Kind kind;
  private final LocalMap map;
  private final LayerOutputs output;

  /** For one image, see {@link ShortWork}. */
  private final long imageNs;

  private final Map<Long, Inputs> waiting = new HashMap<>();

  /** Inputs that are known in the offline phase, by number and port, while another is missing. */
  private final Map<Long, Share[]> known = new HashMap<>();

  private final SessionNumbers numbers = new SessionNumbers();

  /** What a party does with its shares of the layer's inputs of one image, by port. */
  @FunctionalInterface
  interface LocalMap {
    /** Returns its share of the output; any thread. */
    Share apply(Share[] inputs, WorkSplitter splitter);
  }

  /** What the layer tells itself. */
  sealed interface Own extends Layer.Command {}

  private record Computed(
      long sessionNumber, List<Share> shares, ActorRef<Layer.Output> replyTo, Throwable failure)
      implements Own {}

  private record KnownComputed(long number, Share share, Throwable failure) implements Own {}

  /** The inputs of one session, by image and port, and where its output goes in the end. */
  private record Inputs(Share[][] shares, ActorRef<Layer.Output> replyTo) {}

  static Behavior<Layer.Command> create(
      PartyEpoch epoch,
      PlanLayer layer,
      Work.Kind kind,
      long imageNs,
      LocalMap map,
      LayerOutputs output) {
    return Behaviors.setup(
        context -> new LocalLayerActor(context, epoch, layer, kind, imageNs, map, output));
  }

  private LocalLayerActor(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      PlanLayer layer,
      Work.Kind kind,
      long imageNs,
      LocalMap map,
      LayerOutputs output) {
    super(context);
    this.epoch = epoch;
    this.layer = layer;
    this.output = output;
    this.kind = kind;
    this.imageNs = imageNs;
    this.map = map;
  }

  @Override
  public Receive<Layer.Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Layer.Input.class, this::onInput)
        .onMessage(Computed.class, this::onComputed)
        .onMessage(Layer.Known.class, this::onKnown)
        .onMessage(KnownComputed.class, this::onKnownComputed)
        .onMessage(Layer.Abandon.class, this::onAbandon)
        .onAnyMessage(this::onStray)
        .build();
  }

  private Behavior<Layer.Command> onInput(Layer.Input message) {
    long sessionNumber = message.sessionNumber();
    if (numbers.hasEnded(sessionNumber)) {
      return this;
    }
    int imageCount = message.shares().size();
    int portCount = layer.inputs().size();
    Inputs inputs =
        waiting.computeIfAbsent(
            sessionNumber, key -> new Inputs(new Share[imageCount][portCount], message.replyTo()));
    for (int image = 0; image < imageCount; image++) {
      inputs.shares()[image][message.port()] = message.shares().get(image);
    }
    for (Share input : inputs.shares()[0]) {
      if (input == null) {
        return this;
      }
    }
    waiting.remove(sessionNumber);
    Work work = Work.of(kind, layer.id(), sessionNumber, imageCount);
    if (imageCount * imageNs <= ShortWork.MAX_NS) {
      return onComputed(computeHere(work, inputs));
    }
    getContext()
        .pipeToSelf(
            epoch.pool().submit(Urgency.ONLINE, work, splitter -> apply(inputs, splitter)),
            (shares, failure) -> new Computed(sessionNumber, shares, inputs.replyTo(), failure));
    return this;
  }

  private Computed computeHere(Work work, Inputs inputs) {
    long sessionNumber = work.session();
    try {
      List<Share> shares =
          epoch.pool().inline(work, () -> apply(inputs, WorkSplitter.sequential()));
      return new Computed(sessionNumber, shares, inputs.replyTo(), null);
    } catch (RuntimeException | OutOfMemoryError failure) {
      return new Computed(sessionNumber, null, inputs.replyTo(), failure);
    }
  }

  /** What is known of all inputs makes the output known; a session makes it again. */
  private Behavior<Layer.Command> onKnown(Layer.Known message) {
    long number = message.number();
    if (numbers.hasEnded(number)) {
      return this;
    }
    Share[] inputs = known.computeIfAbsent(number, key -> new Share[layer.inputs().size()]);
    inputs[message.port()] = message.share();
    for (Share input : inputs) {
      if (input == null) {
        return this;
      }
    }
    known.remove(number);
    Work work = Work.of(kind, layer.id(), number);
    if (imageNs <= ShortWork.MAX_NS) {
      return onKnownComputed(computeKnownHere(work, inputs));
    }
    getContext()
        .pipeToSelf(
            epoch.pool().submit(Urgency.OFFLINE, work, splitter -> map.apply(inputs, splitter)),
            (share, failure) -> new KnownComputed(number, share, failure));
    return this;
  }

  private KnownComputed computeKnownHere(Work work, Share[] inputs) {
    long number = work.session();
    try {
      Share share = epoch.pool().inline(work, () -> map.apply(inputs, WorkSplitter.sequential()));
      return new KnownComputed(number, share, null);
    } catch (RuntimeException | OutOfMemoryError failure) {
      return new KnownComputed(number, null, failure);
    }
  }

  private Behavior<Layer.Command> onKnownComputed(KnownComputed message) {
    if (message.failure() == null && !numbers.hasEnded(message.number())) {
      output.known(message.number(), message.share(), null);
    } // A failure repeats itself, and is told, in the number's session.
    return this;
  }

  private List<Share> apply(Inputs inputs, WorkSplitter splitter) {
    List<Share> outputs = new ArrayList<>(inputs.shares().length);
    for (Share[] ofImage : inputs.shares()) {
      outputs.add(map.apply(ofImage, splitter));
    }
    return outputs;
  }

  private Behavior<Layer.Command> onComputed(Computed message) {
    if (message.failure() != null) {
      output.failed(
          message.sessionNumber(),
          AbortReason.INTERNAL,
          "layer " + layer.id() + ": " + message.failure().getMessage());
    } else if (end(message.sessionNumber(), message.shares().size())) {
      output.deliver(message.sessionNumber(), message.shares(), message.replyTo());
    }
    return this;
  }

  /** Ends a session's numbers; false if they had ended. */
  private boolean end(long sessionNumber, int imageCount) {
    boolean ended = false;
    for (int image = 0; image < imageCount; image++) {
      known.remove(sessionNumber + image);
      ended |= numbers.end(sessionNumber + image);
    }
    return ended;
  }

  private Behavior<Layer.Command> onAbandon(Layer.Abandon message) {
    waiting.remove(message.sessionNumber());
    end(message.sessionNumber(), message.imageCount());
    return this;
  }

  private Behavior<Layer.Command> onStray(Layer.Command message) {
    output.ignored();
    return this;
  }
}
