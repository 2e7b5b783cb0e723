// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.pascaline.actors.client.CellAssignments;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.GatewayException;
import io.pascaline.actors.client.GatewayLink;
import io.pascaline.actors.client.HttpGateway;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks two parties over their HTTP gateways: splits each input into two random shares here, sends
 * one to each gateway and adds the shares of the answer. No party sees input or answer. Made by
 * {@link PrivateInferenceClient#overGateways}; the plan, the normalisation and the classes come
 * from the parties, which must agree on them.
 *
 * <p>What passes by itself is retried as {@link PrivateInferenceClient} does. Thread-safe.
 */
public final class GatewayClient implements InferenceService {
  private static final int IMAGES_A_REQUEST = 1;

  private final RoleHost host;
  private final List<GatewayLink> links;
  private final ClientRequests requests;
  private final ClientCounters counters;
  private final FirstFailure failure;
  private final Description description;

  /** What both parties say of the model. */
  private record Description(
      NetworkPlan plan,
      String path,
      boolean hasCells,
      List<String> mean,
      List<String> std,
      List<String> labels) {}

  private GatewayClient(
      RoleHost host,
      List<GatewayLink> links,
      ClientRequests requests,
      ClientCounters counters,
      FirstFailure failure,
      Description description) {
    this.host = host;
    this.links = links;
    this.requests = requests;
    this.counters = counters;
    this.failure = failure;
    this.description = description;
  }

  /** Returns the public plan that the parties serve. */
  public NetworkPlan plan() {
    return description.plan();
  }

  /** Returns what is subtracted from samples in [0, 1]: one number, or one for each channel. */
  public List<String> mean() {
    return description.mean();
  }

  /** Returns the divisor of the samples after that, likewise. */
  public List<String> std() {
    return description.std();
  }

  /** Returns the classes in order; may be empty. */
  public List<String> labels() {
    return description.labels();
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return requests.infer(input);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return requests.infer(input, timeout);
  }

  /** {@inheritDoc} Gateways take one input in a request: more are refused. */
  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs) {
    return requests.infer(inputs);
  }

  /** {@inheritDoc} Gateways take one input in a request: more are refused. */
  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration timeout) {
    return requests.infer(inputs, timeout);
  }

  @Override
  public CompletionStage<String> failure() {
    return failure.reason().thenApply(RoleFailure::detail);
  }

  /**
   * Completes at once: both parties have answered, and what they have prepared a client cannot
   * know.
   *
   * @param inferenceCount not used
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    return requests.connected(timeout);
  }

  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(List.of(), counters.traffic(), requests.canaries());
  }

  @Override
  public void close() {
    links.forEach(GatewayLink::close);
    host.stop();
    requests.close();
  }

  /** Settings of a client: fluent, checked by {@link #connect()}. Not thread-safe. */
  public static final class Builder {
    private static final int DEFAULT_MAX_PENDING = 1024;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,512}");

    private final List<URI> gateways;
    private final List<String> tokens;
    private String model;
    private SSLContext trust;
    private boolean plainHttp;
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration connectTimeout = Duration.ofSeconds(30);
    private RetryPolicy retry = RetryPolicy.usual();
    private RangePolicy ranges = RangePolicy.WARN;
    private CanaryAudit audit = CanaryAudit.none();
    private int maxPending = DEFAULT_MAX_PENDING;

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

    /** Sets which model is asked; the only one if nothing is said. */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /** Sets which certificates are trusted; those of the JDK if nothing is said. */
    public Builder trust(SSLContext context) {
      trust = context;
      return this;
    }

    /** Allows plain HTTP to other machines, which shows both shares to the network. */
    public Builder plainHttp() {
      plainHttp = true;
      return this;
    }

    /** Deadline of a request, all its attempts together; default 30 s, at most ten minutes. */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = timeout;
      return this;
    }

    /** Sets how long each response of a gateway to {@link #connect} may take; default 30 s. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    /** Sets when requests are retried; {@link RetryPolicy#usual} by default. */
    public Builder retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    /** Says what to do with values out of the plan's range; warns if nothing is said. */
    public Builder rangePolicy(RangePolicy policy) {
      ranges = policy;
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
      audit = new CanaryAudit(set, rate, new SecureRandom());
      return this;
    }

    /** Requests that may be unanswered, further ones fail at once; default 1,024. */
    public Builder maxPending(int count) {
      maxPending = count;
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
      ClientRequests.requireTimeout(requestTimeout);
      if (maxPending < 1) {
        throw new IllegalArgumentException("maxPending must be at least 1: " + maxPending);
      }
      // Of HTTP/2 gateways know nothing.
      HttpClient.Builder http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(connectTimeout);
      if (trust != null) {
        http.sslContext(trust);
      }
      HttpClient client = http.build();
      List<HttpGateway> parties = new ArrayList<>();
      for (int party = 0; party < gateways.size(); party++) {
        parties.add(new HttpGateway(party, gateways.get(party), tokens.get(party), client));
      }
      try {
        return start(parties, describe(parties));
      } catch (GatewayException e) {
        throw new InferenceException(e.reason(), e.getMessage());
      }
    }

    private void requireDistinct() {
      URI first = gateways.get(0);
      URI second = gateways.get(1);
      if (Objects.equals(first.getAuthority(), second.getAuthority())) {
        throw new IllegalArgumentException(
            "both gateways are " + first + ": one party would see both shares");
      }
    }

    private void requireProtected(URI gateway) {
      boolean isPlain = "http".equals(gateway.getScheme());
      if (!isPlain && !"https".equals(gateway.getScheme())
          || gateway.getHost() == null
          || gateway.getRawPath() != null && !gateway.getRawPath().isEmpty()) {
        throw new IllegalArgumentException(
            "a gateway is https://HOST or https://HOST:PORT without a path: " + gateway);
      }
      if (isPlain && !plainHttp && !isLoopback(gateway.getHost())) {
        throw new IllegalArgumentException(
            "plain HTTP shows shares and tokens to the network: " + gateway);
      }
    }

    /** By its name or number: nothing that a name server says makes a host this machine. */
    private static boolean isLoopback(String host) {
      return host.equalsIgnoreCase("localhost")
          || host.matches("127(\\.[0-9]{1,3}){3}")
          || host.equals("[::1]");
    }

    private Description describe(List<HttpGateway> parties) {
      try {
        List<Config> described = new ArrayList<>();
        String path = null;
        boolean hasCells = false;
        for (int party = 0; party < parties.size(); party++) {
          HttpGateway gateway = parties.get(party);
          Config about = gateway.document("/v1/gateway", connectTimeout);
          int actual = about.getInt("party");
          hasCells |= about.hasPath("cells") && about.getBoolean("cells");
          if (actual != party) {
            throw differ("the gateway at " + gateway.address() + " is that of party " + actual);
          }
          if (path == null) {
            path = HttpGateway.modelPath(model == null ? onlyModel(gateway) : model);
          }
          described.add(gateway.document(path, connectTimeout));
        }
        if (!described.get(0).equals(described.get(1))) {
          throw differ("the parties describe the model differently");
        }
        Config form = described.get(0);
        NetworkPlan plan = NetworkPlan.decode(parties.get(0).plan(path, connectTimeout));
        if (!HexFormat.of().formatHex(plan.digest()).equals(form.getString("planDigest"))) {
          throw differ("party 0 serves another plan than it describes");
        }
        return new Description(
            plan,
            path + ":" + form.getString("version"),
            hasCells,
            form.getStringList("input.mean"),
            form.getStringList("input.std"),
            form.getStringList("labels"));
      } catch (ConfigException | IllegalArgumentException e) {
        throw differ("a gateway describes its model in a way that this version does not know");
      }
    }

    private String onlyModel(HttpGateway gateway) {
      List<? extends Config> models =
          gateway.document("/v1/models", connectTimeout).getConfigList("models");
      if (models.isEmpty()) {
        throw differ("the gateway at " + gateway.address() + " serves no model");
      }
      return models.get(0).getString("name");
    }

    private static InferenceException differ(String what) {
      return new InferenceException(AbortReason.PROTOCOL_VIOLATION, what + ": tell the operators");
    }

    private GatewayClient start(List<HttpGateway> parties, Description description) {
      NetworkPlan plan = description.plan();
      FirstFailure failure = new FirstFailure();
      ClientCounters counters = new ClientCounters();
      RoleHost host = RoleHost.own("client", failure);
      ActorRef<Client.Command> actor =
          host.start(
              Client.create(
                  plan,
                  requestTimeout.toMillis(),
                  Objects.requireNonNull(retry, "retry").toRetries(),
                  System::nanoTime,
                  counters,
                  failure),
              "client");
      HttpGateway assigning = parties.get(0);
      CellAssignments cells =
          description.hasCells()
              ? new CellAssignments(
                  avoided -> assigning.assign(description.path(), avoided, requestTimeout),
                  System::nanoTime)
              : CellAssignments.none();
      List<GatewayLink> links = new ArrayList<>();
      for (int party = 0; party < parties.size(); party++) {
        links.add(
            GatewayLink.open(
                parties.get(party),
                description.path(),
                Hellos.party(
                    party, plan.digest(), new byte[LinkMessage.SHARING_ID_BYTES], IMAGES_A_REQUEST),
                plan.outputWordCount(),
                cells,
                actor));
      }
      return new GatewayClient(
          host,
          links,
          new ClientRequests(
              actor,
              host.scheduler(),
              plan,
              Objects.requireNonNull(ranges, "rangePolicy"),
              audit.forPlan(plan),
              requestTimeout,
              maxPending,
              failure.reason()),
          counters,
          failure,
          description);
    }
  }
}
