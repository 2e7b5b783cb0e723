// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/** A layer without messages: each party applies the same map to its share (pooling, joins). */
final class LocalLayerActor extends AbstractBehavior<Layer.Command> {
  private final PartyEpoch epoch;
  private final LocalLayer layer;
  private final LayerOutputs output;
  private final boolean isShort;
  private final Map<Long, Inputs> waiting = new HashMap<>();
  private final SessionNumbers numbers = new SessionNumbers();

  /** What the layer tells itself. */
  sealed interface Own extends Layer.Command {}

  private record Computed(
      long number, Share share, ActorRef<Layer.Output> replyTo, Throwable failure) implements Own {}

  /** The inputs of one session, by port, and where its output goes in the end. */
  private record Inputs(Share[] shares, ActorRef<Layer.Output> replyTo) {}

  static Behavior<Layer.Command> create(PartyEpoch epoch, LocalLayer layer, LayerOutputs output) {
    return Behaviors.setup(context -> new LocalLayerActor(context, epoch, layer, output));
  }

  private LocalLayerActor(
      ActorContext<Layer.Command> context,
      PartyEpoch epoch,
      LocalLayer layer,
      LayerOutputs output) {
    super(context);
    this.epoch = epoch;
    this.layer = layer;
    this.output = output;
    isShort = ShortWork.isLocal(layer);
  }

  @Override
  public Receive<Layer.Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Layer.Input.class, this::onInput)
        .onMessage(Computed.class, this::onComputed)
        .onMessage(Layer.Abandon.class, this::onAbandon)
        .onAnyMessage(this::onStray)
        .build();
  }

  private Behavior<Layer.Command> onInput(Layer.Input message) {
    long number = message.number();
    if (numbers.hasEnded(number)) {
      return this;
    }
    int portCount = layer.inputs().size();
    Inputs inputs =
        waiting.computeIfAbsent(number, key -> new Inputs(new Share[portCount], message.replyTo()));
    inputs.shares()[message.port()] = message.share();
    for (Share input : inputs.shares()) {
      if (input == null) {
        return this;
      }
    }
    waiting.remove(number);
    Work work = Work.of(Work.Kind.LOCAL, layer.id(), number);
    if (isShort) {
      return onComputed(computeHere(work, inputs));
    }
    getContext()
        .pipeToSelf(
            epoch.pool().submit(Urgency.ONLINE, work, splitter -> apply(inputs)),
            (share, failure) -> new Computed(number, share, inputs.replyTo(), failure));
    return this;
  }

  private Computed computeHere(Work work, Inputs inputs) {
    long number = work.session();
    try {
      Share share = epoch.pool().inline(work, () -> apply(inputs));
      return new Computed(number, share, inputs.replyTo(), null);
    } catch (RuntimeException | OutOfMemoryError failure) {
      return new Computed(number, null, inputs.replyTo(), failure);
    }
  }

  private Share apply(Inputs inputs) {
    return layer.apply(epoch.partyId(), inputs.shares());
  }

  private Behavior<Layer.Command> onComputed(Computed message) {
    if (message.failure() != null) {
      output.failed(
          message.number(),
          AbortReason.INTERNAL,
          "layer " + layer.id() + ": " + message.failure().getMessage());
    } else if (numbers.end(message.number())) {
      output.deliver(message.number(), message.share(), message.replyTo());
    }
    return this;
  }

  private Behavior<Layer.Command> onAbandon(Layer.Abandon message) {
    waiting.remove(message.number());
    numbers.end(message.number());
    return this;
  }

  private Behavior<Layer.Command> onStray(Layer.Command message) {
    output.ignored();
    return this;
  }
}
