// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.CellGateways;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.GatewayAddress;
import io.pascaline.actors.client.HttpGateway;
import io.pascaline.actors.client.TrustedAuthority;
import io.pascaline.actors.compute.ThreadPerTask;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Asks two parties over their HTTP gateways: splits each input into two random shares here, sends
 * one to each gateway and adds the shares of the answer. No party sees input or answer. Made by
 * {@link PrivateInferenceClient#overGateways}; the plan, the normalisation and the classes come
 * from the parties, which must agree on them.
 *
 * <p>The version that the parties name at first is asked for as long as they serve it. When they do
 * not any more, the client asks for their default again and repeats what was refused, within its
 * deadline: {@link InferenceResult#modelVersion} says which version an answer is of.
 *
 * <p>What passes by itself is retried as {@link PrivateInferenceClient} does. Thread-safe.
 */
public final class GatewayClient implements InferenceService {
  private static final int PARTIES = 2;
  private static final long DESCRIBE_AGAIN_MS = 100;

  /** A cell whose machine is gone must not hold a request up: there are others. */
  private static final Duration MAX_CELL_CONNECT = Duration.ofSeconds(2);

  private final RequestPolicy policy;
  private final Asked asked;
  private final List<HttpGateway> parties;
  private final CellGateways.Opener opener;
  private final ClientCounters counters = new ClientCounters();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private volatile GatewayVersion current;
  private volatile boolean closed;
  private CompletableFuture<GatewayVersion> following;
  private volatile long followingEndNs;

  /**
   * What is asked of gateways that describe a model.
   *
   * @param modelOrNull name of the model, with or without a version; null for their first
   * @param timeout how long each answer may take
   */
  private record Asked(String modelOrNull, Duration timeout) {}

  private GatewayClient(
      RequestPolicy policy,
      Asked asked,
      List<HttpGateway> parties,
      CellGateways.Opener opener,
      GatewayDescription description) {
    this.policy = policy;
    this.asked = asked;
    this.parties = parties;
    this.opener = opener;
    current = open(description);
  }

  private GatewayVersion open(GatewayDescription description) {
    policy.audit().forPlan(description.plan());
    GatewayVersion version = new GatewayVersion(description, parties, opener, policy, counters);
    version.failure().thenAccept(failure::complete);
    return version;
  }

  /** Returns the public plan of the version that is asked now. */
  public NetworkPlan plan() {
    return current.description().plan();
  }

  /** Returns what is subtracted from samples in [0, 1]: one number, or one for each channel. */
  public List<String> mean() {
    return current.description().mean();
  }

  /** Returns the divisor of the samples after that, likewise. */
  public List<String> std() {
    return current.description().std();
  }

  /** Returns the classes in order; may be empty. */
  public List<String> labels() {
    return current.description().labels();
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return infer(input, policy.timeout());
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    GatewayVersion version = current;
    long endNs = System.nanoTime() + ClientRequests.requireTimeout(timeout).toNanos();
    return followed(version, version.infer(input, timeout), input, endNs);
  }

  /** {@inheritDoc} Gateways take one input in a request: more are refused. */
  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs) {
    return infer(inputs, policy.timeout());
  }

  /** {@inheritDoc} Gateways take one input in a request: more are refused. */
  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration timeout) {
    if (inputs.size() != 1) {
      return current.infer(inputs, timeout);
    }
    ClientRequests.requireTimeout(timeout);
    try {
      return List.of(infer(inputs.get(0), timeout));
    } catch (IllegalArgumentException mistake) {
      // In a list, what is wrong with an input fails the answer of that input.
      return List.of(CompletableFuture.failedStage(mistake));
    }
  }

  /** Asks the next version if the parties do not serve this one any more. */
  private CompletionStage<InferenceResult> followed(
      GatewayVersion version, CompletionStage<InferenceResult> answer, float[] input, long endNs) {
    return answer.exceptionallyCompose(
        failed -> {
          if (!version.isGone() || closed || GatewayDescription.namesVersion(asked.modelOrNull())) {
            return CompletableFuture.failedStage(failed);
          }
          return successor(version, endNs)
              .exceptionallyCompose(
                  notKnown ->
                      CompletableFuture.failedStage(
                          notKnown instanceof TimeoutException ? failed : notKnown))
              .thenCompose(
                  next -> {
                    Duration left = Duration.ofNanos(endNs - System.nanoTime());
                    return left.toMillis() < 1
                        ? CompletableFuture.<InferenceResult>failedStage(failed)
                        : followed(next, next.infer(input, left), input, endNs);
                  });
        });
  }

  /**
   * Returns the version that is asked instead of one that is gone; described once for all. Each
   * caller waits until its own deadline, and the parties are asked until the latest of them.
   */
  private synchronized CompletionStage<GatewayVersion> successor(GatewayVersion gone, long endNs) {
    if (current != gone) {
      return CompletableFuture.completedStage(current);
    }
    CompletableFuture<GatewayVersion> next = following;
    if (next == null) {
      followingEndNs = endNs;
      next =
          CompletableFuture.supplyAsync(
              () -> describe(gone), new ThreadPerTask("pascaline-client-describe"));
      following = next;
      next.whenComplete((version, failed) -> followedBy(version));
    } else if (endNs - followingEndNs > 0) {
      followingEndNs = endNs;
    }
    // Of a copy, since others wait longer.
    return next.copy().orTimeout(endNs - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private synchronized void followedBy(GatewayVersion nextOrNull) {
    following = null;
    if (nextOrNull != null && nextOrNull != current) {
      current.retire();
      current = nextOrNull;
      if (closed) {
        nextOrNull.close();
      }
    }
  }

  /** Asks the parties what they serve now, again until nobody waits. */
  private GatewayVersion describe(GatewayVersion gone) {
    for (boolean first = true; true; first = false) {
      if (!first) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(DESCRIBE_AGAIN_MS));
      }
      GatewayDescription next;
      try {
        next = GatewayDescription.read(parties, gone.description().name(), asked.timeout());
      } catch (InferenceException e) {
        // Not before: who joins while the parties are asked has a later deadline.
        if (closed || System.nanoTime() - followingEndNs >= 0) {
          throw e;
        }
        continue;
      }
      if (!next.isAskedLike(gone.description())) {
        // Inputs that the caller prepared for the former version would be answered wrongly.
        throw new InferenceException(
            AbortReason.PROTOCOL_VIOLATION,
            "the parties serve a version with other inputs or classes now: connect again");
      }
      if (!next.path().equals(gone.description().path())) {
        return open(next);
      }
      if (!first) {
        // A party had to load it again.
        gone.markServedAgain();
        return gone;
      }
    }
  }

  @Override
  public CompletionStage<String> failure() {
    return failure;
  }

  /**
   * Completes at once: both parties have answered, and what they have prepared a client cannot
   * know.
   *
   * @param inferenceCount not used
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    return current.connected(timeout);
  }

  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(List.of(), counters.traffic(), current.canaries());
  }

  @Override
  public void close() {
    GatewayVersion last;
    synchronized (this) {
      closed = true;
      last = current;
    }
    last.close();
  }

  /** Settings of a client: fluent, checked by {@link #connect()}. Not thread-safe. */
  public static final class Builder {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,512}");

    private final List<URI> gateways;
    private final List<String> tokens;
    private String model;

    /** By party; null for what the JDK trusts. */
    private final SSLContext[] trust = new SSLContext[PARTIES];

    private boolean plainHttp;
    private boolean namedGatewaysOnly;
    private Duration connectTimeout = Duration.ofSeconds(30);
    private final RequestPolicy.Builder requests = new RequestPolicy.Builder();

    Builder(List<URI> gateways, List<String> tokens) {
      for (int party = 0; party < tokens.size(); party++) {
        if (!TOKEN.matcher(tokens.get(party)).matches()) {
          // Its text stays unsaid: it may be most of a token.
          throw new IllegalArgumentException(
              "token" + party + " must be letters, digits and the characters - _, at most 512");
        }
      }
      this.gateways = gateways;
      this.tokens = tokens;
    }

    /**
     * Sets which model is asked: {@code NAME} for the version that is its default, or {@code
     * NAME:VERSION} for that version alone; the first of the parties if nothing is said.
     */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /**
     * Sets which certificates are trusted for both gateways; those of the JDK if nothing is said.
     * Each authority that the context trusts can vouch for both: one that belongs to an operator
     * must be trusted for the gateway of this operator only, by {@link #trustAuthority}.
     */
    public Builder trust(SSLContext context) {
      Arrays.fill(trust, context);
      return this;
    }

    /**
     * Trusts the authorities of a file for the gateway of one party, in place of those that the JDK
     * knows, as for an operator that signs certificates itself. For the other party's gateway they
     * are not trusted: who signs for both can take the place of either and see both shares.
     *
     * @param party 0 or 1
     * @param file certificates (PEM) of the authorities that sign the certificate of this party's
     *     gateway; read now
     * @throws IllegalArgumentException if it cannot be used; the message is one line
     */
    public Builder trustAuthority(int party, Path file) {
      if (party < 0 || party >= PARTIES) {
        throw new IllegalArgumentException("party must be 0 or 1: " + party);
      }
      trust[party] = TrustedAuthority.read(file);
      return this;
    }

    /** Allows plain HTTP to other machines, which shows both shares to the network. */
    public Builder plainHttp() {
      plainHttp = true;
      return this;
    }

    /**
     * Asks the gateways that are named here alone. By default, the client also asks those that
     * parties of cells run themselves, if the named ones say where they are and they answer: that
     * saves the way through the named ones. Party p's share goes where party p's gateway says.
     */
    public Builder namedGatewaysOnly() {
      namedGatewaysOnly = true;
      return this;
    }

    /** Deadline of a request, all its attempts together; default 30 s, at most ten minutes. */
    public Builder requestTimeout(Duration timeout) {
      requests.timeout(timeout);
      return this;
    }

    /** Sets how long each response of a gateway to {@link #connect} may take; default 30 s. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    /** Sets when requests are retried; {@link RetryPolicy#usual} by default. */
    public Builder retry(RetryPolicy policy) {
      requests.retry(policy);
      return this;
    }

    /** Says what to do with values out of the plan's range; warns if nothing is said. */
    public Builder rangePolicy(RangePolicy policy) {
      requests.ranges(policy);
      return this;
    }

    /**
     * Checks the parties: of all sessions that the client asks for, this fraction are canaries, in
     * place of a request that waits until they are answered. The parties cannot tell which. Once
     * one is answered wrongly, it and all further requests fail with {@link WrongAnswerException}.
     * Answers take longer, 1 / (1 - rate) of the time on average.
     *
     * @param set of the plan that the parties run
     * @param rate above 0, at most 0.5
     */
    public Builder canaries(CanarySet set, double rate) {
      requests.canaries(set, rate);
      return this;
    }

    /** Requests that may be unanswered, further ones fail at once; default 1,024. */
    public Builder maxPending(int count) {
      requests.maxPending(count);
      return this;
    }

    /**
     * Asks both parties what they serve. Blocks until they have answered.
     *
     * @throws IllegalArgumentException for a setting that is out of range or unsafe
     * @throws InferenceException if a gateway cannot be reached or refuses, or the parties describe
     *     the model differently; the message is one line
     */
    public GatewayClient connect() {
      requireDistinct();
      gateways.forEach(this::requireProtected);
      RequestPolicy policy = requests.build();
      List<HttpGateway> parties = new ArrayList<>();
      for (int party = 0; party < gateways.size(); party++) {
        HttpClient http = http(trust[party], connectTimeout);
        parties.add(new HttpGateway(party, gateways.get(party), tokens.get(party), http));
      }
      return new GatewayClient(
          policy,
          new Asked(model, connectTimeout),
          parties,
          namedGatewaysOnly ? null : opener(),
          GatewayDescription.read(parties, model, connectTimeout));
    }

    /** Returns what opens gateways of cells' parties, with the trust and token of the named one. */
    private CellGateways.Opener opener() {
      SSLContext[] ownTrust = trust.clone();
      Duration timeout =
          connectTimeout.compareTo(MAX_CELL_CONNECT) < 0 ? connectTimeout : MAX_CELL_CONNECT;
      HttpClient[] clients = new HttpClient[PARTIES];
      return (party, address) -> {
        synchronized (clients) {
          if (clients[party] == null) {
            clients[party] = http(ownTrust[party], timeout);
          }
          return new HttpGateway(party, address, tokens.get(party), clients[party]);
        }
      };
    }

    /** Returns what sends requests to one party, with the trust in its gateway's certificate. */
    private static HttpClient http(SSLContext trustOrNull, Duration connectTimeout) {
      // Of HTTP/2 gateways know nothing.
      HttpClient.Builder http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(connectTimeout);
      if (trustOrNull != null) {
        http.sslContext(trustOrNull);
      }
      return http.build();
    }

    private void requireDistinct() {
      URI first = gateways.get(0);
      if (GatewayAddress.areOne(first, gateways.get(1))) {
        throw new IllegalArgumentException(
            "both gateways are " + first + ": one party would see both shares");
      }
    }

    private void requireProtected(URI gateway) {
      if (plainHttp) {
        GatewayAddress.requireForm(gateway);
      } else {
        GatewayAddress.requireProtected(gateway);
      }
    }
  }
}
