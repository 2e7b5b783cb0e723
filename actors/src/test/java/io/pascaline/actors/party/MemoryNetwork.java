// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.Retries;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.compute.Spinning;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerKeys;
import io.pascaline.actors.dealer.DealingCapacity;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.LinkEvents;
import io.pascaline.actors.role.RoleAssembly;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.WordSource;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Both parties, the dealer and a client as real actors, over links in memory on which a test may
 * change, drop or repeat what passes.
 */
public final class MemoryNetwork implements AutoCloseable {
  /** What becomes of a message: the messages that arrive instead of it. */
  public interface Tampering {
    /**
     * @param from the sender's name, such as {@code party 0}
     * @param to the receiver's name
     */
    List<LinkMessage> apply(String from, String to, LinkMessage message);
  }

  private final ActorTestKit kit = ActorTestKit.create();
  private final ComputePool pool = new ComputePool("memory", 2, Spinning.none(), new Poisoned());
  private final FirstFailure failure = new FirstFailure();
  private final NetworkPlan plan;
  private final PartyCounters[] counters = {new PartyCounters(), new PartyCounters()};
  private final Tampering tampering;
  private final ActorRef<Dealer.Command> dealer;
  private final List<ActorRef<Party.Command>> parties = new CopyOnWriteArrayList<>();
  private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();
  private final List<RoleState> roleStates = new ArrayList<>();
  private final Map<String, MemoryLink> links = new ConcurrentHashMap<>();
  private final ActorRef<Client.Command> client;
  private final LinkMessage.Hello[] hellos = new LinkMessage.Hello[2];

  /** Roles with the usual limits, linked with each other. */
  public MemoryNetwork(FusedNetwork network, long timeoutMs, int maxSessions, Tampering tampering) {
    this(
        network,
        timeoutMs,
        maxSessions,
        PartyLimits.defaults().forOnlyClient(),
        name -> RoleState.inMemory(),
        tampering);
  }

  /**
   * The same with other limits.
   *
   * @param states what each role keeps, by its name; closed with the network
   */
  MemoryNetwork(
      FusedNetwork network,
      long timeoutMs,
      int maxSessions,
      PartyLimits limits,
      Function<String, RoleState> states,
      Tampering tampering) {
    this(
        network,
        timeoutMs,
        maxSessions,
        limits,
        List.of(Precomputation.of(4), Precomputation.of(4)),
        states,
        tampering);
  }

  /**
   * The same with parties that precompute otherwise.
   *
   * @param precomputations by party
   */
  MemoryNetwork(
      FusedNetwork network,
      long timeoutMs,
      int maxSessions,
      PartyLimits limits,
      List<Precomputation> precomputations,
      Function<String, RoleState> states,
      Tampering tampering) {
    this.tampering = tampering;
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    plan = network.plan();
    RoleAssembly<Dealer.Command> dealing =
        RoleAssembly.dealer(
            plan,
            new DealerKeys(keys[0], keys[1]),
            new DealingCapacity(2, Long.MAX_VALUE),
            resources(state(states, "dealer")),
            new DealerCounters());
    RoleAssembly<Client.Command> asking =
        RoleAssembly.client(
            plan, timeoutMs, Retries.ofRefusals(), System::nanoTime, failure, new ClientCounters());
    LinkMessage.Hello dealerHello = dealing.hello();
    LinkMessage.Hello clientHello = asking.hello();
    dealer = kit.spawn(dealing.behavior());
    client = kit.spawn(asking.behavior());
    for (int party = 0; party < 2; party++) {
      RoleAssembly<Party.Command> computing =
          RoleAssembly.party(
              shares[party],
              DealingKey.of(keys[party]),
              new PartyCapacity(precomputations.get(party), maxSessions, limits),
              LinearKernels.best(),
              resources(state(states, "party " + party)),
              counters[party]);
      hellos[party] = computing.hello();
      parties.add(kit.spawn(computing.behavior()));
      listeners.add(computing.listener(parties.get(party), Map.of()));
    }
    LinkListener dealers = dealing.listener(dealer, Map.of());
    LinkListener clients = asking.listener(client, Map.of());
    for (int party = 0; party < 2; party++) {
      join(end(party), new End("dealer", dealers, dealerHello));
      join(end(party), new End("client", clients, clientHello));
    }
    join(end(0), end(1));
  }

  /** One end of a link: who is told of it, and as whom it introduces itself. */
  private record End(String name, LinkListener listener, LinkMessage.Hello hello) {}

  private End end(int party) {
    return new End("party " + party, listeners.get(party), hellos[party]);
  }

  /** Connects one more client, which hears nothing; what it says is {@link #deliver}ed. */
  void addClient(String name) {
    LinkMessage.Hello hello = Hellos.client(hellos[0].planDigest());
    ActorRef<LinkEvent> deaf = kit.spawn(Behaviors.ignore());
    LinkListener ears =
        new LinkEvents<>(deaf, event -> event, failure, Map.of(), (link, message) -> true);
    for (int party = 0; party < 2; party++) {
      join(end(party), new End(name, ears, hello));
    }
  }

  private void join(End first, End second) {
    MemoryLink atFirst = new MemoryLink(first.name(), second.name(), second.hello());
    MemoryLink atSecond = new MemoryLink(second.name(), first.name(), first.hello());
    atFirst.deliver = message -> second.listener().onMessage(atSecond, message);
    atSecond.deliver = message -> first.listener().onMessage(atFirst, message);
    atFirst.closed = () -> first.listener().onClosed(atFirst, "test");
    atSecond.closed = () -> second.listener().onClosed(atSecond, "test");
    links.put(first.name() + " > " + second.name(), atFirst);
    links.put(second.name() + " > " + first.name(), atSecond);
    first.listener().onOpened(atFirst);
    second.listener().onOpened(atSecond);
    atFirst.release();
    atSecond.release();
  }

  private RoleAssembly.Resources resources(RoleState state) {
    return new RoleAssembly.Resources(pool, state, failure);
  }

  private RoleState state(Function<String, RoleState> states, String name) {
    RoleState state = states.apply(name);
    roleStates.add(state);
    return state;
  }

  /** Lets a message arrive as if it had been sent; nobody tampers with it. */
  void deliver(String from, String to, LinkMessage message) {
    links.get(from + " > " + to).deliver.accept(message);
  }

  /** Cuts the link between two roles; both are told. */
  void cut(String one, String other) {
    for (String name : List.of(one + " > " + other, other + " > " + one)) {
      MemoryLink link = links.get(name);
      link.open = false;
      link.closed.run();
    }
  }

  /** Waits until a party holds correlations for so many inferences, at most a minute. */
  void awaitReady(int party, int inferenceCount) throws Exception {
    AskPattern.<Party.Command, Done>ask(
            parties.get(party),
            replyTo -> new Party.AwaitReady(inferenceCount, replyTo),
            Duration.ofSeconds(60),
            kit.system().scheduler())
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  /** Tells a party to drain; completes when it has. */
  CompletableFuture<Done> drain(int party) {
    return AskPattern.<Party.Command, Done>ask(
            parties.get(party), Party.Drain::new, Duration.ofSeconds(60), kit.system().scheduler())
        .toCompletableFuture();
  }

  /** Asks for an inference with the client's own deadline. */
  CompletableFuture<InferenceResult> infer(float[] image) {
    return infer(image, 0);
  }

  /** Asks for an inference; fails with an {@link InferenceException}. */
  CompletableFuture<InferenceResult> infer(float[] image, long timeoutMs) {
    int[] words = plan.encodeInput(image);
    return AskPattern.<Client.Command, Client.Reply>ask(
            client,
            replyTo -> new Client.Infer(words, timeoutMs, replyTo),
            Duration.ofMinutes(11),
            kit.system().scheduler())
        .toCompletableFuture()
        .thenApply(this::result);
  }

  /** Asks for several inferences in one session. */
  CompletableFuture<List<InferenceResult>> infer(List<float[]> images, long timeoutMs) {
    List<int[]> inputs = images.stream().map(plan::encodeInput).toList();
    return AskPattern.<Client.Command, Client.Reply>ask(
            client,
            replyTo -> new Client.Infer(inputs, timeoutMs, replyTo),
            Duration.ofMinutes(11),
            kit.system().scheduler())
        .toCompletableFuture()
        .thenApply(this::results);
  }

  private InferenceResult result(Client.Reply reply) {
    return results(reply).get(0);
  }

  private List<InferenceResult> results(Client.Reply reply) {
    if (reply instanceof Client.Failed failed) {
      throw new InferenceException(failed.reason(), failed.detail(), failed.retryAfterMs());
    }
    Client.Answered answered = (Client.Answered) reply;
    return answered.outputs().stream()
        .map(words -> new InferenceResult(plan.decodeOutput(words), words, answered.latencyNs()))
        .toList();
  }

  /** Returns the client's actor. */
  public ActorRef<Client.Command> client() {
    return client;
  }

  /** Returns the timers of the actors. */
  public Scheduler scheduler() {
    return kit.system().scheduler();
  }

  PartyCounters counters(int party) {
    return counters[party];
  }

  /** Returns why a role cannot serve any more, if one cannot. */
  List<String> fatal() {
    return failure.hasFailed()
        ? List.of(failure.reason().toCompletableFuture().join().detail())
        : List.of();
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
    pool.close();
    roleStates.forEach(RoleState::close);
  }

  /** Hands out again what steps have given back, with other words in it. */
  private static final class Poisoned implements WordSource {
    private final WordSource arrays = new RecycledArrays(new WordArrays(1 << 24));

    @Override
    public int[] take(int wordCount) {
      return arrays.take(wordCount);
    }

    @Override
    public void giveBack(int[] words) {
      Arrays.fill(words, 0x5EED);
      arrays.giveBack(words);
    }
  }

  private final class MemoryLink implements Link {
    private final String ownName;
    private final String peerName;
    private final LinkMessage.Hello peer;
    private Consumer<LinkMessage> deliver;
    private Runnable closed;
    private final List<LinkMessage> beforeBothOpened = new ArrayList<>();
    private boolean bothOpened;
    private volatile boolean open = true;

    MemoryLink(String ownName, String peerName, LinkMessage.Hello peer) {
      this.ownName = ownName;
      this.peerName = peerName;
      this.peer = peer;
    }

    @Override
    public String peerName() {
      return peerName;
    }

    @Override
    public LinkMessage.Hello peerHello() {
      return peer;
    }

    @Override
    public boolean send(LinkMessage message) {
      if (open) {
        // A real link copies; without that a receiver would write into what the sender still reads.
        carry(copy(message));
      }
      return open;
    }

    private synchronized void carry(LinkMessage message) {
      if (bothOpened) {
        tampering.apply(ownName, peerName, message).forEach(deliver);
      } else {
        beforeBothOpened.add(message);
      }
    }

    /** As on a real link, nobody hears a message before the link's opening. */
    synchronized void release() {
      bothOpened = true;
      beforeBothOpened.forEach(this::carry);
    }

    /** Nobody may read what was given back: whoever does gives a wrong answer. */
    @Override
    public void recycle(int[] words) {
      Arrays.fill(words, 0x5EED);
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public LinkCounters counters() {
      return NothingCounted.INSTANCE;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  static LinkMessage copy(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      return new LinkMessage.MaskedTensor(
          tensor.epoch(), tensor.number(), tensor.layer(), tensor.round(), tensor.words().clone());
    }
    if (message instanceof LinkMessage.Correction correction) {
      return new LinkMessage.Correction(
          correction.epoch(), correction.number(), correction.layer(), correction.words().clone());
    }
    return message;
  }

  /** Counters of links that count nothing. */
  enum NothingCounted implements LinkCounters {
    INSTANCE;

    @Override
    public long sentPayloadBytes(PayloadKind kind) {
      return 0;
    }

    @Override
    public long receivedPayloadBytes(PayloadKind kind) {
      return 0;
    }

    @Override
    public long sentFramingBytes() {
      return 0;
    }

    @Override
    public long receivedFramingBytes() {
      return 0;
    }

    @Override
    public long sentFrames() {
      return 0;
    }

    @Override
    public long receivedFrames() {
      return 0;
    }
  }
}
