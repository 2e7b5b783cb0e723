// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.role.ClientNode;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.RangeException;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Asks two deployed parties: splits each input into two random halves here, sends one to each party
 * over the secure channel, and adds the halves of the answer. No party sees input or answer.
 *
 * <p>What passes by itself (a refusal, a lost peer or dealer) is asked for again, whole and in new
 * shares, by the {@link RetryPolicy}; every request ends at its deadline at the latest.
 * Thread-safe.
 */
public final class PrivateInferenceClient implements InferenceService {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final long FULL_RETRY_MS = 50;

  private final ClientNode node;
  private final RetryPolicy retry;
  private final NetworkPlan plan;
  private final RangePolicy ranges;
  private final long timeoutMs;
  private final int maxPending;
  private final Semaphore places;
  private final SecureRandom random = new SecureRandom();

  private PrivateInferenceClient(
      ClientNode node,
      RetryPolicy retry,
      NetworkPlan plan,
      RangePolicy ranges,
      long timeoutMs,
      int maxPending) {
    this.plan = plan;
    this.ranges = ranges;
    this.maxPending = maxPending;
    places = new Semaphore(maxPending);
    this.node = node;
    this.retry = retry;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Settings of a client.
   *
   * @param plan the public plan, as {@code pascaline share} writes it to {@code plan.bin}; see
   *     {@link NetworkPlan#decode}
   */
  public static Builder builder(NetworkPlan plan) {
    return new Builder(plan);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return infer(input, Duration.ofMillis(timeoutMs));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The deadline holds for all attempts together.
   *
   * @throws io.pascaline.layers.plan.RangeException if the input is out of range and the client is
   *     to refuse it; an answer out of range then fails with the same
   */
  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    if (ranges == RangePolicy.REFUSE) {
      plan.checkInput(input).ifPresent(PrivateInferenceClient::refuse);
    }
    if (!places.tryAcquire()) {
      return CompletableFuture.failedStage(
          new InferenceException(
              AbortReason.OVERLOADED,
              maxPending + " requests are unanswered: wait for some of them",
              FULL_RETRY_MS));
    }
    try {
      float[] own = input.clone(); // Read again by a later attempt.
      return attempt(own, 1, System.nanoTime() + timeout.toNanos(), timeout)
          .whenComplete((answer, failed) -> places.release());
    } catch (RuntimeException refused) {
      places.release();
      throw refused;
    }
  }

  private InferenceResult accepted(InferenceResult answer) {
    if (ranges == RangePolicy.REFUSE) {
      answer.warnings().forEach(PrivateInferenceClient::refuse);
    }
    return answer;
  }

  private static void refuse(RangeViolation violation) {
    throw new RangeException(violation);
  }

  private CompletionStage<InferenceResult> attempt(
      float[] input, int number, long deadlineNs, Duration left) {
    return node.infer(input, left)
        .thenApply(this::accepted)
        .exceptionallyCompose(failed -> again(input, number, deadlineNs, failed));
  }

  private CompletionStage<InferenceResult> again(
      float[] input, int number, long deadlineNs, Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    if (number >= retry.maxAttempts()
        || !(cause instanceof InferenceException ended)
        || !retry.isPassing(ended.reason())
        || node.failure().toCompletableFuture().isDone()) {
      return CompletableFuture.failedFuture(cause);
    }
    long pauseMs = retry.pauseMs(number, ended.retryAfterMs(), random.nextDouble());
    if (deadlineNs - System.nanoTime() <= (pauseMs + 1) * NANOS_PER_MS) {
      return CompletableFuture.failedFuture(cause);
    }
    return CompletableFuture.supplyAsync(
            () -> Duration.ofNanos(deadlineNs - System.nanoTime()),
            CompletableFuture.delayedExecutor(pauseMs, TimeUnit.MILLISECONDS))
        .thenCompose(
            left ->
                left.toMillis() < 1
                    ? CompletableFuture.failedFuture(
                        new InferenceException(AbortReason.DEADLINE, ended.getMessage()))
                    : attempt(input, number + 1, deadlineNs, left));
  }

  /** Waits until both parties are connected; fails with an {@link InferenceException}. */
  public CompletionStage<Void> connected(Duration timeout) {
    return node.ready(1, timeout);
  }

  /**
   * Waits until both parties are connected; what they have prepared a client cannot know.
   *
   * @param inferenceCount not used
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    return connected(timeout);
  }

  @Override
  public CompletionStage<String> failure() {
    return node.failure();
  }

  @Override
  public ServiceStatistics statistics() {
    return node.statistics();
  }

  /** Returns what it counts. */
  public ClientCounters counters() {
    return node.counters();
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  @Override
  public void close() {
    node.close();
  }

  /** Settings of a client: fluent, checked by {@link #connect()}. Not thread-safe. */
  public static final class Builder {
    private final NetworkPlan plan;
    private final LinkAddress[] addresses = new LinkAddress[2];
    private final PublicIdentity[] pinned = new PublicIdentity[2];
    private PrivateIdentity identity;
    private boolean insecure;
    private LinkAddress listen = LinkAddress.udp("localhost", 0);
    private LinkAddress advertised;
    private NetworkProfile profile = NetworkProfile.usual();
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration connectTimeout = Duration.ofSeconds(30);
    private RetryPolicy retry = RetryPolicy.usual();
    private RangePolicy ranges = RangePolicy.WARN;
    private int maxPending = ServiceLimits.defaults().maxPending();

    private Builder(NetworkPlan plan) {
      this.plan = Objects.requireNonNull(plan, "plan");
    }

    /** Returns who this client is; the parties must have its public half among their clients. */
    public Builder identity(PrivateIdentity own) {
      identity = own;
      return this;
    }

    /**
     * Returns a party.
     *
     * @param partyId 0 or 1
     * @param host where it listens
     * @param port its UDP port
     * @param publicIdentity who must answer there; nobody else is talked to
     */
    public Builder party(int partyId, String host, int port, PublicIdentity publicIdentity) {
      return party(partyId, LinkAddress.udp(host, port), publicIdentity);
    }

    /** Returns the same by address. */
    public Builder party(int partyId, LinkAddress address, PublicIdentity publicIdentity) {
      if (partyId != 0 && partyId != 1) {
        throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
      }
      addresses[partyId] = address;
      pinned[partyId] = publicIdentity;
      return this;
    }

    /** Leaves links open to everybody on the network: for trying out on one machine only. */
    public Builder insecure() {
      insecure = true;
      return this;
    }

    /**
     * Returns where the parties' answers arrive: an address of this machine that they can reach. By
     * default any free port of {@code localhost}, which only parties on this machine reach.
     */
    public Builder listen(String host, int port) {
      listen = LinkAddress.udp(host, port);
      return this;
    }

    /**
     * Returns where the parties reach this client, if that is not where it listens: a forwarded
     * port, or one address of a machine that listens at all of them.
     */
    public Builder advertise(String host, int port) {
      advertised = LinkAddress.udp(host, port);
      return this;
    }

    /** Returns what the network is like. */
    public Builder profile(NetworkProfile network) {
      profile = network;
      return this;
    }

    /** Deadline of a request, all its attempts together; default 30 s, at most ten minutes. */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = timeout;
      return this;
    }

    /** Returns how long the parties may take to appear at first; default 30 s. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    /** When to ask again; {@link RetryPolicy#usual} if nothing is said. */
    public Builder retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    /** Says what to do with values out of the plan's range; warns if nothing is said. */
    public Builder rangePolicy(RangePolicy policy) {
      ranges = policy;
      return this;
    }

    /** Requests that may be unanswered, further ones fail at once; default 1,024. */
    public Builder maxPending(int count) {
      maxPending = count;
      return this;
    }

    /**
     * Starts the client and dials both parties; returns at once. Requests made before they answer
     * wait for them.
     *
     * @throws IllegalArgumentException for a setting that is missing or out of range
     * @throws io.pascaline.transport.link.TransportException if the listen address is taken
     */
    public PrivateInferenceClient connect() {
      return connect(RoleHost.own());
    }

    PrivateInferenceClient connect(RoleHost host) {
      RuntimeSettings usual = RuntimeSettings.defaults();
      RuntimeSettings runtime =
          new RuntimeSettings(
                  1,
                  1,
                  1,
                  requestTimeout.toMillis(),
                  connectTimeout.toMillis(),
                  usual.idleMode(),
                  null)
              .withLimits(usual.limits().withMaxPending(maxPending))
              .withLinks(new LinkSettings(security(), profile, advertised));
      for (int party = 0; party < addresses.length; party++) {
        requireSet("party " + party, addresses[party]);
      }
      return new PrivateInferenceClient(
          ClientNode.connect(host, plan, listen, addresses[0], addresses[1], runtime),
          Objects.requireNonNull(retry, "retry"),
          plan,
          Objects.requireNonNull(ranges, "rangePolicy"),
          runtime.requestTimeoutMs(),
          maxPending);
    }

    private LinkSecurity security() {
      if (insecure) {
        return LinkSecurity.Plain.INSECURE;
      }
      requireSet("identity", identity);
      requireSet("party 0", pinned[0]);
      requireSet("party 1", pinned[1]);
      return new LinkSecurity.Secured(
          identity,
          PinnedPeers.of(
              List.of(
                  new PinnedPeers.Peer(pinned[0], Role.PARTY, 0),
                  new PinnedPeers.Peer(pinned[1], Role.PARTY, 1))));
    }

    private static void requireSet(String name, Object value) {
      if (value == null) {
        throw new IllegalArgumentException(name + " must be given: null");
      }
    }
  }
}
