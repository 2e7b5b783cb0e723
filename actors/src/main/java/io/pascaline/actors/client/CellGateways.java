// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateways that parties of cells run themselves, and whether a client asks them. The state of
 * each cell:
 *
 * <pre>
 * unknown  --asked for-->                  checking
 * checking --both gateways are usable-->   direct
 * checking --one is not, or not named-->   routed
 * direct   --lost-->                       routed
 * routed   --asked for, after a while-->   checking
 * </pre>
 *
 * Requests go to a cell's own gateways in the state direct, and over the gateways that the user has
 * named in all others. So no request waits for a check. The named gateway of party p says where
 * party p's gateway of a cell is, and that is used for the shares of party p alone:
 *
 * <ol>
 *   <li>An address is protected as that of the named gateway is, or better.
 *   <li>It is no address that the other party's gateways have: nobody gets both shares.
 *   <li>What answers there is party p, in that cell, and serves the plan to the client's token.
 * </ol>
 *
 * Thread-safe.
 */
public final class CellGateways {
  private static final Logger LOG = LoggerFactory.getLogger(CellGateways.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** After that, a gateway that did not answer may do so. */
  private static final long CHECK_AGAIN_NS = TimeUnit.SECONDS.toNanos(10);

  /** Whatever party 0 assigns, the client remembers no more. */
  private static final int MAX_CELLS = 1_024;

  private final List<HttpGateway> named;
  private final String path;
  private final String planDigest;
  private final Opener opener;
  private final Executor executor;
  private final LongSupplier nanoClock;
  private final Map<String, Entry> cells = new HashMap<>();

  /** Makes what asks the gateway of a party at another address. */
  public interface Opener {
    /**
     * Names a gateway; nothing is sent yet.
     *
     * @param party 0 or 1, whose token and trust are used
     * @param address of the gateway
     */
    HttpGateway open(int party, URI address);
  }

  private enum State {
    CHECKING,
    DIRECT,
    ROUTED
  }

  /** A cell; its gateways are those of party 0 and party 1 if it is direct. */
  private record Entry(State state, List<HttpGateway> gateways, long sinceNs) {}

  /**
   * Begins without cells.
   *
   * @param named the gateways of party 0 and party 1 that the user has named
   * @param path of the version that is asked, below a gateway's address
   * @param planDigest of its plan, in hexadecimal digits
   * @param opener makes what asks other gateways
   * @param executor runs the checks, which wait for answers
   * @param nanoClock what ages are measured with
   */
  public CellGateways(
      List<HttpGateway> named,
      String path,
      String planDigest,
      Opener opener,
      Executor executor,
      LongSupplier nanoClock) {
    this.named = List.copyOf(named);
    this.path = path;
    this.planDigest = planDigest;
    this.opener = opener;
    this.executor = executor;
    this.nanoClock = nanoClock;
  }

  /** Returns what knows of none, where clients ask the named gateways alone. */
  public static CellGateways none() {
    return new CellGateways(
        List.of(), "", "", (party, address) -> null, task -> {}, System::nanoTime);
  }

  /** Returns the gateways of a cell's parties; empty if requests go over the named ones. */
  synchronized List<HttpGateway> of(String cell) {
    Entry entry = cells.get(cell);
    boolean isDue =
        entry == null
            ? cells.size() < MAX_CELLS
            : entry.state() == State.ROUTED
                && nanoClock.getAsLong() - entry.sinceNs() > CHECK_AGAIN_NS;
    if (isDue && !named.isEmpty()) {
      become(cell, State.CHECKING, List.of());
      executor.execute(() -> check(cell));
    }
    return cells.containsKey(cell) ? cells.get(cell).gateways() : List.of();
  }

  /** Asks the gateways of a cell no more, after one of them has failed. */
  synchronized void lost(String cell) {
    Entry entry = cells.get(cell);
    if (entry != null && entry.state() == State.DIRECT) {
      become(cell, State.ROUTED, List.of());
    }
  }

  private synchronized void become(String cell, State state, List<HttpGateway> gateways) {
    cells.put(cell, new Entry(state, gateways, nanoClock.getAsLong()));
  }

  private void check(String cell) {
    List<HttpGateway> gateways = new ArrayList<>();
    String reason = "no address";
    try {
      List<Map<String, URI>> listed = new ArrayList<>();
      for (HttpGateway gateway : named) {
        listed.add(listed(gateway));
      }
      for (int party = 0; party < named.size(); party++) {
        URI address = listed.get(party).get(cell);
        if (address != null) {
          GatewayAddress.requireAsProtected(address, named.get(party).address());
          requireApart(address, named.get(1 - party).address(), listed.get(1 - party));
          gateways.add(checked(party, cell, address));
        }
      }
    } catch (RuntimeException e) {
      // Whatever a gateway says: the cell is asked in the usual way.
      reason = e.getMessage();
    }
    if (gateways.size() == named.size()) {
      LOG.atDebug().addKeyValue("cell", cell).log("cell asked directly");
      become(cell, State.DIRECT, List.copyOf(gateways));
    } else {
      LOG.atDebug().addKeyValue("cell", cell).addKeyValue("reason", reason).log("cell not direct");
      become(cell, State.ROUTED, List.of());
    }
  }

  private Map<String, URI> listed(HttpGateway gateway) {
    Map<String, URI> addresses = new HashMap<>();
    for (Config each : gateway.document(path + "/cells", TIMEOUT).getConfigList("cells")) {
      addresses.put(each.getString("cell"), URI.create(each.getString("gateway")));
    }
    return addresses;
  }

  private static void requireApart(URI address, URI ofOther, Map<String, URI> listedByOther) {
    if (GatewayAddress.areOne(address, ofOther)
        || listedByOther.values().stream().anyMatch(each -> GatewayAddress.areOne(address, each))) {
      throw new IllegalArgumentException(
          "both parties have the gateway " + address + ": one would see both shares");
    }
  }

  private HttpGateway checked(int party, String cell, URI address) {
    HttpGateway gateway = opener.open(party, address);
    Config about = gateway.document("/v1/gateway", TIMEOUT);
    Config model = gateway.document(path, TIMEOUT);
    if (about.getInt("party") != party
        || !about.getString("cell").equals(cell)
        || !model.getString("planDigest").equals(planDigest)) {
      throw new IllegalArgumentException(
          "what answers at " + address + " is not party " + party + " of the cell");
    }
    return gateway;
  }
}
