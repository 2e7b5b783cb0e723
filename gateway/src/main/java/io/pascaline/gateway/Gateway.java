// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.actors.role.RoleSystem;
import io.pascaline.gateway.http.HttpFront;
import io.pascaline.gateway.http.HttpFrontSettings;
import io.pascaline.gateway.http.ServerCertificate;
import io.pascaline.gateway.token.TokenFile;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.codec.FrameLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP gateway of one party: takes one share of each input and answers with one share of the
 * output. A client sends the other share to the other party's gateway, and nobody but the client
 * ever has both. Clients are known by bearer tokens; their requests pass the party's gate, quotas
 * and deadlines as those of links do. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** Pekko compares it with what bodies announce; each is compared with its own length first. */
  private static final long SPARE_BYTES = 1024;

  private final ActorSystem<Void> system;
  private final TokenFile tokens;
  private final Optional<ServerCertificate> certificate;
  private final GatewaySettings settings;
  private final GatewayPlace place;
  private final GatewayModels models = new GatewayModels();

  /** Versions that take no new requests and still answer. */
  private final Set<ServedModel> withdrawn = ConcurrentHashMap.newKeySet();

  private final RecentRequests recent = new RecentRequests();
  private final GatewayHandler handler;
  private final HttpFront front;
  private final Reload tokenReload = new Reload("tokens stay");
  private final Reload certificateReload = new Reload("certificate stays");
  private final Clock clock;
  private final Cancellable watch;

  private Gateway(
      GatewaySettings settings,
      InetAddress bound,
      GatewayPlace place,
      Optional<Entrances> only,
      TokenFile tokens,
      Optional<ServerCertificate> certificate,
      ActorSystem<Void> system,
      Clock clock) {
    this.settings = settings;
    this.place = place;
    this.system = system;
    this.tokens = tokens;
    this.certificate = certificate;
    this.clock = clock;
    only.ifPresent(entrances -> models.add(served(entrances, settings.input())));
    handler =
        new GatewayHandler(settings, Hosts.of(settings, bound), place, tokens, models, LOG, clock);
    front =
        HttpFront.start(
            new HttpFrontSettings(
                bound.getHostAddress(),
                settings.port(),
                settings.maxConnections(),
                settings.maxConnectionsPerAddress(),
                settings.headTimeoutMs(),
                settings.keepAliveTimeoutMs(),
                only.map(entrances -> (long) Integer.BYTES * entrances.plan().inputWordCount())
                        .orElse((long) Integer.BYTES * FrameLimits.MAX_WORDS)
                    + SPARE_BYTES),
            system,
            certificate,
            handler::handle);
    Duration interval = Duration.ofMillis(settings.watchIntervalMs());
    watch =
        system
            .scheduler()
            .scheduleAtFixedRate(interval, interval, this::reload, system.executionContext());
  }

  /**
   * Starts the gateway of a party, which may be in a cell.
   *
   * @param settings where it listens, whom it serves, and the cell
   * @param entrance where clients enter the party
   * @throws IllegalArgumentException if its address, tokens or certificate cannot be used, or if it
   *     would serve plain HTTP to other machines without being told to; the message is one line
   */
  public static Gateway start(GatewaySettings settings, ClientEntrance entrance) {
    return start(settings, entrance, Clock.systemUTC());
  }

  /**
   * Starts a gateway that brings requests to the cells of an operator.
   *
   * @param settings where it listens and whom it serves
   * @param entrances where clients enter the parties of the cells
   * @throws IllegalArgumentException as above
   */
  public static Gateway start(GatewaySettings settings, Entrances entrances) {
    return start(settings, entrances.partyId(), true, Optional.of(entrances), Clock.systemUTC());
  }

  /**
   * Starts a gateway that brings requests to the cells of an operator and serves no model yet: see
   * {@link #serve(Entrances, InputDescription)}.
   *
   * @param settings where it listens and whom it serves; the description of inputs is not used
   * @param partyId 0 or 1
   * @throws IllegalArgumentException as above
   */
  public static Gateway startForCells(GatewaySettings settings, int partyId) {
    return start(settings, partyId, true, Optional.empty(), Clock.systemUTC());
  }

  /**
   * Starts the gateway of a party, which may be in a cell. It serves no model yet: see {@link
   * #serve(ClientEntrance, InputDescription)}.
   *
   * @param settings where it listens, whom it serves, and the cell; the description of inputs is
   *     not used
   * @param partyId 0 or 1
   * @throws IllegalArgumentException as above
   */
  public static Gateway start(GatewaySettings settings, int partyId) {
    return start(settings, partyId, false, Optional.empty(), Clock.systemUTC());
  }

  static Gateway start(GatewaySettings settings, ClientEntrance entrance, Clock clock) {
    Entrances one = new OneEntrance(entrance, settings.cell());
    return start(settings, entrance.partyId(), false, Optional.of(one), clock);
  }

  private static Gateway start(
      GatewaySettings settings,
      int partyId,
      boolean hasCells,
      Optional<Entrances> only,
      Clock clock) {
    GatewayPlace place = new GatewayPlace(partyId, hasCells, settings.cell());
    // Once: a name server might give one address to the checks and another to the port.
    InetAddress bound = resolved(settings.host());
    requireProtected(settings, bound);
    TokenFile tokens = TokenFile.open(settings.tokens());
    Optional<ServerCertificate> certificate =
        settings.certificate().map(files -> ServerCertificate.open(files.chain(), files.key()));
    ActorSystem<Void> system = RoleSystem.start(Behaviors.empty(), "gateway" + place.partyId());
    try {
      return new Gateway(settings, bound, place, only, tokens, certificate, system, clock);
    } catch (RuntimeException e) {
      RoleSystem.stop(system);
      throw e;
    }
  }

  /**
   * Serves one more version of a model, beside the others. The first one of a name is the default:
   * requests that name no version are for it.
   *
   * @param entrance where clients enter the party of that model
   * @param input what clients make of a picture, and the classes
   * @throws IllegalArgumentException if a model of the same plan is served
   */
  public void serve(ClientEntrance entrance, InputDescription input) {
    serve(new OneEntrance(entrance, place.cell()), input);
  }

  /**
   * Serves one more version of a model, as above.
   *
   * @param entrances where clients enter the parties that have it
   * @param input what clients make of a picture, and the classes
   * @throws IllegalArgumentException if a model of the same plan is served
   */
  public void serve(Entrances entrances, InputDescription input) {
    models.add(served(entrances, input));
  }

  /**
   * Makes a version the default of its name.
   *
   * @param plan of the version
   * @throws IllegalArgumentException if it is not served
   */
  public void makeDefault(NetworkPlan plan) {
    models.makeDefault(digest(plan));
  }

  /**
   * Refuses new requests for a version. Those that are in flight at the party get their answers;
   * close what this returns once the party has drained.
   *
   * @param plan of the version
   * @return ends what clients of the version still await
   */
  public Runnable withdraw(NetworkPlan plan) {
    ServedModel removed = models.remove(digest(plan));
    if (removed == null) {
      return () -> {};
    }
    withdrawn.add(removed);
    return () -> {
      withdrawn.remove(removed);
      removed.close();
    };
  }

  private ServedModel served(Entrances entrances, InputDescription input) {
    return new ServedModel(entrances, input, recent, settings);
  }

  private static String digest(NetworkPlan plan) {
    return HexFormat.of().formatHex(plan.digest());
  }

  private static InetAddress resolved(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("host " + host + " is not known", e);
    }
  }

  private static void requireProtected(GatewaySettings settings, InetAddress bound) {
    if (settings.certificate().isEmpty()
        && !settings.plainHttpAllowed()
        && !bound.isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "plain HTTP at "
              + settings.host()
              + " shows tokens and shares to the network: give a certificate, or allow plain"
              + " HTTP if a proxy ends TLS");
    }
  }

  /** Returns where it is reached, an ephemeral port resolved. */
  public URI address() {
    InetSocketAddress bound = front.address();
    String host = bound.getAddress().getHostAddress();
    return URI.create(
        (certificate.isPresent() ? "https://" : "http://")
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + bound.getPort());
  }

  /** Returns how many requests it reads or awaits the answers of. */
  int requestCount() {
    return models.all().stream().mapToInt(ServedModel::requestCount).sum();
  }

  /** Returns how many connections of clients are open. */
  public int connectionCount() {
    return front.connectionCount();
  }

  /** Returns what it counts. */
  public GatewayCounters counters() {
    return handler.counters();
  }

  /** Returns what its streams run in. */
  ActorSystem<Void> system() {
    return system;
  }

  /**
   * Completes with one line for people if the gateway ends without having been closed; never
   * otherwise. It does not start again by itself.
   */
  public CompletionStage<String> failure() {
    return front.failure().thenApply(detail -> "gateway: " + detail);
  }

  private void reload() {
    tokenReload.run(
        () -> {
          if (tokens.reloadIfChanged()) {
            LOG.atInfo().addKeyValue("clients", tokens.clients().size()).log("tokens reloaded");
          }
          Set<String> clients = tokens.clientsAt(clock.instant());
          models.all().forEach(model -> model.retain(clients));
          withdrawn.forEach(model -> model.retain(clients));
        });
    certificateReload.run(
        () -> {
          if (certificate.isPresent() && certificate.get().reloadIfChanged()) {
            LOG.info("certificate reloaded");
          }
        });
  }

  /** Reads files again, and says once what keeps them from being used. For one thread at a time. */
  private static final class Reload {
    private final String what;
    private String said = "";

    Reload(String what) {
      this.what = what;
    }

    /** Runs a reload; whatever it throws must not end the later ones. */
    void run(Runnable reload) {
      String reason = "";
      try {
        reload.run();
      } catch (IllegalArgumentException e) {
        reason = e.getMessage();
      } catch (RuntimeException e) {
        reason = e.toString();
      }
      if (!reason.isEmpty() && !reason.equals(said)) {
        LOG.atWarn().addKeyValue("reason", reason).log("the former {} in use", what);
      }
      said = reason;
    }
  }

  /**
   * Serves the web page, which asks this gateway and the other party's; for gateways that know each
   * other's address only when both have started.
   *
   * @param otherGateway where browsers reach the other party's gateway
   * @throws IllegalArgumentException if that has a path, or is no address
   */
  public void linkTo(URI otherGateway) {
    GatewaySettings.requireOrigin(otherGateway);
    handler.linkTo(otherGateway);
  }

  /**
   * Refuses new inferences and says that it is not ready. Those that are in flight at the party get
   * their answers; close the party before the gateway, so that they can.
   */
  public void drain() {
    handler.drain();
  }

  /** Ends all connections. */
  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(() -> RoleSystem.stop(system));
    parts.own(front::close);
    withdrawn.forEach(model -> parts.own(model::close));
    models.all().forEach(model -> parts.own(model::close));
    parts.own(watch::cancel);
    parts.own(handler::drain);
    parts.close();
  }
}
