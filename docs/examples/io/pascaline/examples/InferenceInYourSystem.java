// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.examples;

import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.PrivateInference;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * An actor of yours that asks for inferences in its own actor system. Here all roles run inside it;
 * with {@code builder().remote(PrivateInferenceClient.builder(...))} it asks deployed parties.
 */
public final class InferenceInYourSystem extends AbstractBehavior<InferenceInYourSystem.Command> {
  private final ActorRef<PrivateInference.Command> inference;
  private final NetworkPlan plan;

  /** What this actor is told. */
  public sealed interface Command {}

  /**
   * A question.
   *
   * @param input the network's input, row-major
   * @param replyTo gets one line
   */
  public record Question(float[] input, ActorRef<String> replyTo) implements Command {}

  private record Replied(ActorRef<String> replyTo, PrivateInference.Reply reply, Throwable failure)
      implements Command {}

  /**
   * Your actor.
   *
   * @param network the compiled network
   */
  public static Behavior<Command> create(CompiledNetwork network) {
    return Behaviors.setup(context -> new InferenceInYourSystem(context, network));
  }

  private InferenceInYourSystem(ActorContext<Command> context, CompiledNetwork network) {
    super(context);
    plan = network.plan();
    inference =
        context.spawn(
            PrivateInference.builder().embedded(network, EmbeddedSettings.defaults()).behavior(),
            "inference");
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Question.class, this::onQuestion)
        .onMessage(Replied.class, this::onReplied)
        .build();
  }

  private Behavior<Command> onQuestion(Question question) {
    Duration deadline = Duration.ofSeconds(20);
    getContext()
        .ask(
            PrivateInference.Reply.class,
            inference,
            deadline.plusSeconds(10), // It answers at the deadline; this is for when it cannot.
            replyTo -> new PrivateInference.Infer(question.input(), replyTo, deadline),
            (reply, failure) -> new Replied(question.replyTo(), reply, failure));
    return this;
  }

  private Behavior<Command> onReplied(Replied message) {
    if (message.reply() instanceof PrivateInference.Answer answer) {
      message.replyTo().tell("class " + answer.result().prediction(plan));
    } else if (message.reply() instanceof PrivateInference.Refused refused) {
      message.replyTo().tell("no answer: " + refused.detail());
    } else {
      message.replyTo().tell("no answer: " + message.failure());
    }
    return this;
  }
}
