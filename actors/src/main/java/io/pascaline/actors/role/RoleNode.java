// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

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
import java.util.function.Supplier;
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
  private final Runnable release;

  private RoleNode(
      RoleHost host,
      ActorRef<C> actor,
      TransportNode transport,
      FirstFailure failure,
      Runnable release) {
    this.host = host;
    this.actor = actor;
    this.transport = transport;
    this.failure = failure;
    this.release = release;
    failure.reason().thenAccept(this::onFailure);
  }

  /**
   * Makes a part of a role that is about to start, and releases what the role owns already if that
   * is refused: a pool and the lock of a state folder would outlive the refusal.
   *
   * @param release what the role owns so far
   * @param make the part
   * @return what was made
   */
  public static <T> T orRelease(Runnable release, Supplier<T> make) {
    try {
      return make.get();
    } catch (RuntimeException | Error refused) {
      release.run();
      throw refused;
    }
  }

  /**
   * Starts a role and dials its peers; closes the host, and releases what else the role owns, if
   * that cannot be done.
   *
   * @param host where its actor lives; stopped with the node
   * @param name the actor's name
   * @param role what to start
   * @param configure sets how the node listens and is protected
   * @param dialled whom to dial, by name such as {@code dealer}
   * @param release run last when the node closes
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   */
  public static <C> RoleNode<C> start(
      RoleHost host,
      String name,
      RoleAssembly<C> role,
      Consumer<TransportContext> configure,
      Map<LinkAddress, String> dialled,
      Runnable release) {
    TransportNode transport = null;
    try {
      ActorRef<C> actor = host.start(role.behavior(), name);
      TransportContext context =
          new TransportContext().hello(role.hello()).listener(role.listener(actor, dialled));
      configure.accept(context);
      transport = TransportNode.launch(context);
      dialled.forEach(transport::connect);
      return new RoleNode<>(host, actor, transport, role.failure(), release);
    } catch (RuntimeException | Error refused) {
      end(transport, host, release);
      throw refused;
    }
  }

  /** Ends each part although one may fail to. */
  private static void end(TransportNode transportOrNull, RoleHost host, Runnable release) {
    try {
      if (transportOrNull != null) {
        transportOrNull.close();
      }
    } finally {
      try {
        host.stop();
      } finally {
        release.run();
      }
    }
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
        Thread closer = new Thread(transport::close, "pascaline-crash");
        closer.setDaemon(true);
        closer.start();
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
    CompletionStage<Done> drained =
        AskPattern.ask(actor, request::apply, Duration.ofMillis(timeoutMs), host.scheduler());
    try {
      drained.toCompletableFuture().get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      // What is still in flight ends with its links.
    }
  }

  /** Closes the links, stops the actor, and releases everything else. */
  @Override
  public void close() {
    end(transport, host, release);
  }
}
