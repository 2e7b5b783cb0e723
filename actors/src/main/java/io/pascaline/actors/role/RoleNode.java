// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ThreadPerTask;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.LinkAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One role on links over Aeron, with all that it owns: its actor, its node, its compute threads and
 * its state. A role whose actor has crashed closes its links, so that its peers learn of it at
 * once. Thread-safe.
 *
 * @param <C> the actor's command type
 */
public final class RoleNode<C> implements AutoCloseable {
  private final RoleHost host;
  private final ActorRef<C> actor;
  private final TransportNode transport;
  private final FirstFailure failure;
  private final Parts parts;

  private RoleNode(
      RoleHost host,
      ActorRef<C> actor,
      TransportNode transport,
      FirstFailure failure,
      Parts parts) {
    this.host = host;
    this.actor = actor;
    this.transport = transport;
    this.failure = failure;
    this.parts = parts;
    failure.reason().thenAccept(this::onFailure);
  }

  /**
   * Starts a role and dials its peers; closes all parts if that cannot be done.
   *
   * @param host where its actor lives
   * @param name the actor's name
   * @param role what to start
   * @param configure sets how the node listens and is protected
   * @param dialled whom to dial, by name such as {@code dealer}
   * @param parts what else ends with the node, after its links and its actor
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   */
  public static <C> RoleNode<C> start(
      RoleHost host,
      String name,
      RoleAssembly<C> role,
      Consumer<TransportContext> configure,
      Map<LinkAddress, String> dialled,
      Parts parts) {
    return parts.orClose(
        () -> {
          ActorRef<C> actor = host.start(role.behavior(), name);
          parts.own(() -> host.end(actor));
          TransportContext context =
              new TransportContext().hello(role.hello()).listener(role.listener(actor, dialled));
          configure.accept(context);
          TransportNode transport = parts.own(TransportNode.launch(context));
          dialled.forEach(transport::connect);
          return new RoleNode<>(host, actor, transport, role.failure(), parts);
        });
  }

  /**
   * Sets what a role of a deployment says of its node: protection, network, limits and times.
   *
   * @param maxBatch images of one session that it takes, or asks for
   * @return the context
   */
  public static TransportContext deployed(
      TransportContext context,
      RuntimeSettings runtime,
      NetworkPlan plan,
      int maxBatch,
      LinkAddress listen) {
    WireLimits.apply(plan, maxBatch, runtime, context);
    return linked(context, runtime, listen);
  }

  /** Sets the same but what depends on a plan. */
  static TransportContext linked(
      TransportContext context, RuntimeSettings runtime, LinkAddress listen) {
    context
        .listen(listen)
        .idleMode(runtime.idleMode())
        .driverThread(runtime.driverThread())
        .spinUs(runtime.spinUs())
        .security(runtime.links().security())
        .profile(runtime.links().profile())
        .advertise(runtime.links().advertised())
        .peerTimeoutMs(runtime.links().peerTimeoutMs())
        .resumeTimeoutMs(runtime.links().resumeTimeoutMs())
        .connectTimeoutMs(runtime.connectTimeoutMs());
    if (runtime.aeronDirectory() != null) {
      context.aeronDirectory(runtime.aeronDirectory());
    }
    return context;
  }

  private void onFailure(RoleFailure reason) {
    if (reason.cause() == RoleFailure.Cause.CRASH) {
      try {
        new ThreadPerTask("pascaline-crash").execute(transport::close);
      } catch (OutOfMemoryError noThread) {
        transport.close();
      }
    }
  }

  /** Returns the role's actor. */
  public ActorRef<C> actor() {
    return actor;
  }

  /** Returns what asks to the actor are timed with. */
  public Scheduler scheduler() {
    return host.scheduler();
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return transport;
  }

  /** Completes when the role cannot serve any more. */
  public CompletionStage<RoleFailure> failure() {
    return failure.reason();
  }

  /**
   * Lets what is in flight finish, unless the role has failed.
   *
   * @param request asks the actor to do so
   * @param timeoutMs how long at most; 0 does not wait
   */
  void drain(Function<ActorRef<Done>, C> request, long timeoutMs) {
    if (timeoutMs == 0 || failure.hasFailed()) {
      return;
    }
    try {
      CompletionStage<Done> drained =
          AskPattern.ask(actor, request::apply, Duration.ofMillis(timeoutMs), host.scheduler());
      drained.toCompletableFuture().get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | IllegalStateException late) {
      // What is still in flight ends with its links. A system that has ended asks nobody.
    }
  }

  /** Closes the links, stops the actor, and closes everything else that the role owns. */
  @Override
  public void close() {
    parts.close();
  }
}
