// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.compute.Spinning;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.PublicIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A process in which one party, or the dealer, serves several models: each by a node of its own,
 * with its own layers, epochs, correlations and state. They share compute threads, the thread of
 * all links, the actor system and one budget of memory, and listen at one address, each on the
 * stream of its model. A remote without one of the models leaves that model waiting and concerns no
 * other. Thread-safe.
 */
public final class ModelProcess implements AutoCloseable {
  private final String name;
  private final RuntimeSettings runtime;
  private final ModelMemory memory;
  private final ActorSystem<Void> system;
  private final WordArrays arrays = RoleMemory.recycledArrays();
  private final ComputePool pool;
  private final EmbeddedDriver driver;
  private final TransportNode entrance;
  private final Parts parts = new Parts();
  private final CompletableFuture<RoleFailure> failure = new CompletableFuture<>();
  private final List<ServedNode> served = new ArrayList<>();
  private List<PublicIdentity> clientsOrNull;
  private ClientQuota quotaOrNull;

  private record ClientQuota(int sessions, int requestsPerSecond) {
    /** Refuses it also while no party is served: one that is loaded later would not start. */
    ClientQuota {
      PartyLimits.builder().clientQuota(sessions, requestsPerSecond).build();
    }
  }

  /**
   * A node of the process, at which clients change while it serves.
   *
   * @param transport its links
   * @param party whose clients have quotas; empty for a dealer, and where no model is served
   */
  private record ServedNode(TransportNode transport, Optional<PartyNode> party) {
    void admit(List<PublicIdentity> clients) {
      transport.admitClients(clients);
    }

    void limit(ClientQuota quota) {
      party.ifPresent(one -> one.limitClients(quota.sessions(), quota.requestsPerSecond()));
    }
  }

  /**
   * Takes the address; no model is served yet.
   *
   * @param partyId 0 or 1, or -1 for the dealer
   * @param listen where it listens
   * @param runtime how its roles run; the folder of the state is not used
   * @throws TransportException if the address is taken
   */
  public ModelProcess(int partyId, LinkAddress listen, RuntimeSettings runtime) {
    this.runtime = runtime;
    name = partyId < 0 ? "dealer" : "party" + partyId;
    if (runtime.aeronDirectory() != null) {
      throw new IllegalArgumentException(
          "aeronDirectory must be null where several models are served: "
              + runtime.aeronDirectory());
    }
    memory = new ModelMemory(RoleMemory.budgetBytes(runtime));
    driver =
        parts.own(
            EmbeddedDriver.launchShared(
                runtime.idleMode(),
                runtime.links().profile(),
                runtime.spinUs() * 1_000,
                runtime.driverThread()));
    system = parts.orClose(() -> RoleSystem.start(Behaviors.empty(), name));
    parts.own(() -> RoleSystem.stop(system));
    pool =
        parts.orClose(
            () ->
                parts.own(
                    new ComputePool(
                        name,
                        runtime.computeThreads(),
                        new Spinning(1, runtime.spinUs()),
                        new RecycledArrays(arrays))));
    entrance = parts.orClose(() -> parts.own(launchEntrance(partyId, listen)));
    served.add(new ServedNode(entrance, Optional.empty()));
  }

  private TransportNode launchEntrance(int partyId, LinkAddress listen) {
    byte[] none = new byte[LinkMessage.PLAN_DIGEST_BYTES];
    TransportContext context =
        new TransportContext()
            .hello(
                partyId < 0
                    ? Hellos.dealer(none)
                    : Hellos.party(partyId, none, new byte[LinkMessage.SHARING_ID_BYTES], 1))
            .listener(new Entrance());
    RoleNode.linked(context, runtime, Channels.withFreePort(listen)).driver(driver).arrays(arrays);
    return TransportNode.launch(context);
  }

  /** Tells whoever asks for no model's stream that there is nothing for it. */
  private final class Entrance implements LinkListener {
    @Override
    public void onOpened(Link link) {
      link.send(
          new LinkMessage.Failure(
              FailureCode.PLAN_MISMATCH,
              name + " serves each model on a stream of its own: set by-model = on"));
      link.close();
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {}

    @Override
    public void onClosed(Link link, String reason) {}

    @Override
    public void onUnreachable(LinkAddress peer, TransportException reason) {}

    @Override
    public void onDown(TransportException reason) {
      failure.complete(new RoleFailure(RoleFailure.Cause.TRANSPORT, reason.getMessage()));
    }
  }

  /** Where one model's role runs. */
  private final class Place implements RolePlatform {
    private final NetworkPlan plan;
    private final ModelMemory.Part<?> part;

    Place(NetworkPlan plan, ModelMemory.Part<?> part) {
      this.plan = plan;
      this.part = part;
    }

    @Override
    public RoleHost host(FirstFailure modelFailure) {
      return RoleHost.inside(system, name, modelFailure);
    }

    @Override
    public ComputePool pool() {
      return pool;
    }

    @Override
    public void configure(TransportContext context) {
      LinkAddress advertised = runtime.links().advertised();
      context
          .driver(driver)
          .arrays(arrays)
          .advertise(advertised == null ? null : advertised.ofModel(plan.digest()))
          // A remote may get the model at any time.
          .connectTimeoutMs(0);
    }

    @Override
    public void close() {
      part.release();
    }
  }

  /**
   * Starts a party for a model; returns at once. Peer and dealer may have the model already, later
   * or never.
   *
   * @param model the party's share
   * @param dealerKey the key it shares with the dealer
   * @param dealer where the dealer's process listens
   * @param party0 where party 0's process listens; null for party 0 itself
   * @param settings of this model: the process's, with a folder of the model's own for the state
   * @throws InsufficientMemoryException if it does not fit beside the others; one line with cause
   *     and remedy
   * @throws TransportException if a model of the same plan is served
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   */
  public PartyNode startParty(
      ModelShare model,
      CorrelationKey dealerKey,
      LinkAddress dealer,
      LinkAddress party0,
      RuntimeSettings settings) {
    NetworkPlan plan = model.plan();
    byte[] digest = plan.digest();
    return placed(
        memory.takeForParty(plan, settings),
        part ->
            PartyNode.start(
                model,
                dealerKey,
                address().ofModel(digest),
                dealer.ofModel(digest),
                party0 == null ? null : party0.ofModel(digest),
                settings,
                part.use(),
                () -> new Place(plan, part)),
        PartyNode::node,
        party -> new ServedNode(party.transport(), Optional.of(party)));
  }

  /**
   * Starts a dealer for a model; returns at once.
   *
   * @param plan the public plan
   * @param party0Key the key it shares with party 0
   * @param party1Key the key it shares with party 1
   * @param settings of this model: the process's, with a folder of the model's own for the state
   * @throws InsufficientMemoryException if it does not fit beside the others; one line with cause
   *     and remedy
   * @throws TransportException if a model of the same plan is served
   * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
   */
  public DealerNode startDealer(
      NetworkPlan plan,
      CorrelationKey party0Key,
      CorrelationKey party1Key,
      RuntimeSettings settings) {
    return placed(
        memory.takeForDealer(plan, settings),
        part ->
            DealerNode.start(
                plan,
                party0Key,
                party1Key,
                address().ofModel(plan.digest()),
                settings,
                part.use(),
                () -> new Place(plan, part)),
        DealerNode::node,
        dealer -> new ServedNode(dealer.transport(), Optional.empty()));
  }

  private <T, N> N placed(
      ModelMemory.Part<T> part,
      Function<ModelMemory.Part<T>, N> start,
      Function<N, RoleNode<?>> roleNode,
      Function<N, ServedNode> servedNode) {
    Parts started = new Parts();
    started.own(part::release);
    return started.orClose(
        () -> {
          N role = start.apply(part);
          started.own(roleNode.apply(role));
          add(servedNode.apply(role));
          return role;
        });
  }

  private synchronized void add(ServedNode node) {
    if (clientsOrNull != null) {
      node.admit(clientsOrNull);
    }
    if (quotaOrNull != null) {
      node.limit(quotaOrNull);
    }
    forgetClosed();
    served.add(node);
  }

  private void forgetClosed() {
    served.removeIf(node -> node.transport().isClosed());
  }

  /**
   * Pins other clients from now on, at all models.
   *
   * @param clients all of them
   * @throws IllegalArgumentException if an identity occurs twice, or is another role's
   */
  public synchronized void admitClients(List<PublicIdentity> clients) {
    forgetClosed();
    served.forEach(node -> node.admit(clients));
    clientsOrNull = List.copyOf(clients);
  }

  /**
   * Changes what one client may ask of the party, at each of its models, as {@link
   * PartyNode#limitClients} does.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public synchronized void limitClients(int sessions, int requestsPerSecond) {
    ClientQuota quota = new ClientQuota(sessions, requestsPerSecond);
    forgetClosed();
    served.forEach(node -> node.limit(quota));
    quotaOrNull = quota;
  }

  /** Returns where it can be dialled, an ephemeral port resolved; each model on its own stream. */
  public LinkAddress address() {
    return entrance.address();
  }

  /** Returns the node that takes those who name no model. */
  public TransportNode transport() {
    return entrance;
  }

  /** Returns what models may still take, in bytes. */
  public long freeBytes() {
    return memory.freeBytes();
  }

  /** Returns what all models may take together, in bytes. */
  public long budgetBytes() {
    return memory.budgetBytes();
  }

  /** Completes when no model can be served any more. */
  public CompletionStage<RoleFailure> failure() {
    return failure;
  }

  /** Ends the process's own parts; close the roles of the models before. */
  @Override
  public void close() {
    parts.close();
  }
}
