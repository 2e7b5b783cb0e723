// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateways that parties of cells run themselves, and whether a client asks them. The state of
 * each cell:
 *
 * <pre>
 * unknown   --asked for-->                          checking
 * checking  --both gateways are usable-->           direct
 * checking  --one is not, or not named-->           routed
 * direct    --lost-->                               routed
 * direct    --asked for, after 4 min-->             rechecked
 * rechecked --both gateways are usable-->           direct
 * rechecked --one is not, or not named, or lost-->  routed
 * routed    --asked for, after a pause-->           checking
 * </pre>
 *
 * Requests go to a cell's own gateways in the states direct and rechecked, and over the gateways
 * that the user has named in all others. So no request waits for a check. The pause grows from 10 s
 * to 5 min with the checks and requests that fail one after the other; a request that is answered
 * ends their series. Addresses are used for 5 min from the start of their check. The named gateway
 * of party p says where party p's gateway of a cell is, and that is used for the shares of party p
 * alone:
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
  private static final String NOT_DIRECT = "cell not direct";
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(5);

  /** After the first failure, a gateway that did not answer may do so. */
  private static final long MIN_PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

  /** The pause after many failures: an operator may name no gateways at all. */
  private static final long MAX_PAUSE_NS = TimeUnit.MINUTES.toNanos(5);

  private static final int MAX_DOUBLINGS = 5;
  private static final long MIN_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /** After that, an address that has been checked may have been changed or taken back. */
  private static final long MAX_DIRECT_NS = TimeUnit.MINUTES.toNanos(5);

  /** A client that asks every minute at least always has an address that may be used. */
  private static final long RECHECK_NS = TimeUnit.MINUTES.toNanos(4);

  /** Whatever party 0 assigns, the client remembers the latest cells alone. */
  private static final int MAX_CELLS = 1_024;

  /** How many cells the client checks at a time, whatever party 0 assigns. */
  private static final int MAX_CHECKS = 4;

  private static final int INITIAL_CAPACITY = 16;
  private static final float LOAD_FACTOR = 0.75f;

  private final List<HttpGateway> named;
  private final String path;
  private final String planDigest;
  private final Opener opener;
  private final Executor executor;
  private final LongSupplier nanoClock;

  /** The cell that was asked for longest ago is the first. */
  private final Map<String, KnownCell> cells =
      new LinkedHashMap<>(INITIAL_CAPACITY, LOAD_FACTOR, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, KnownCell> eldest) {
          return size() > MAX_CELLS;
        }
      };

  private int checkCount;

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

  /**
   * A cell.
   *
   * @param gateways those of party 0 and party 1 if requests go there; empty if not
   * @param isChecked whether a check runs
   * @param failures how many checks and requests have failed since the last answer
   * @param sinceNs when the check began that found them; without gateways, when they were lost, a
   *     check failed, or the first check began
   */
  private record KnownCell(
      List<HttpGateway> gateways, boolean isChecked, int failures, long sinceNs) {
    boolean isDirect() {
      return !gateways.isEmpty();
    }

    /** Returns the gateways that requests go to. */
    List<HttpGateway> usable(long nowNs) {
      return nowNs - sinceNs > MAX_DIRECT_NS ? List.of() : gateways;
    }

    /** Returns whether these are the gateways that a request went to. */
    boolean isAt(List<HttpGateway> used) {
      return isDirect() && addresses(gateways).equals(addresses(used));
    }

    private static List<URI> addresses(List<HttpGateway> gateways) {
      return gateways.stream().map(HttpGateway::address).toList();
    }

    boolean isDue(long nowNs) {
      long restNs =
          isDirect()
              ? RECHECK_NS
              : Math.min(MAX_PAUSE_NS, MIN_PAUSE_NS << Math.min(MAX_DOUBLINGS, failures - 1));
      return !isChecked && nowNs - sinceNs > restNs;
    }
  }

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

  /** Returns an instance for clients that ask the named gateways alone. */
  public static CellGateways none() {
    return new CellGateways(
        List.of(), "", "", (party, address) -> null, task -> {}, System::nanoTime);
  }

  /** Returns the gateways of a cell's parties; empty if requests go over the named ones. */
  synchronized List<HttpGateway> of(String cell) {
    KnownCell known = cells.get(cell);
    long nowNs = nanoClock.getAsLong();
    boolean isDue = known == null || known.isDue(nowNs);
    if (isDue && checkCount < MAX_CHECKS && !named.isEmpty()) {
      checkCount++;
      cells.put(
          cell,
          known == null
              ? new KnownCell(List.of(), true, 0, nowNs)
              : new KnownCell(known.gateways(), true, known.failures(), known.sinceNs()));
      begin(cell, nowNs);
    }
    return known == null ? List.of() : known.usable(nowNs);
  }

  /**
   * Stops sending requests to a cell's own gateways after one of them has failed. A later check may
   * find them usable again.
   *
   * @param used what the request went to; if a check has found others meanwhile, these are kept
   */
  synchronized void lost(String cell, List<HttpGateway> used) {
    KnownCell known = cells.get(cell);
    if (known != null && known.isAt(used)) {
      fail(cell, known);
    }
  }

  /**
   * Ends the series of failures of a cell: its own gateways have answered a request.
   *
   * @param used what the request went to; it says nothing of others
   */
  synchronized void answered(String cell, List<HttpGateway> used) {
    KnownCell known = cells.get(cell);
    if (known != null && known.failures() > 0 && known.isAt(used)) {
      cells.put(cell, new KnownCell(known.gateways(), known.isChecked(), 0, known.sinceNs()));
    }
  }

  private void fail(String cell, KnownCell known) {
    cells.put(cell, new KnownCell(List.of(), false, known.failures() + 1, nanoClock.getAsLong()));
  }

  /** Takes what a check has found, unless the cell was lost meanwhile. */
  private synchronized void end(String cell, List<HttpGateway> gateways, long beganNs) {
    checkCount--;
    KnownCell known = cells.get(cell);
    if (known == null || !known.isChecked()) {
      return;
    }
    if (gateways.isEmpty()) {
      fail(cell, known);
    } else {
      // The operators may change the addresses as soon as the check has read them.
      cells.put(cell, new KnownCell(gateways, false, known.failures(), beganNs));
    }
  }

  /** Begins a check; if the machine has no thread for it, the check has failed. */
  private void begin(String cell, long nowNs) {
    try {
      executor.execute(() -> check(cell, nowNs));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // The latter is what Thread.start throws at the limit of threads.
      LOG.atDebug().addKeyValue("cell", cell).addKeyValue("reason", e.getMessage()).log(NOT_DIRECT);
      end(cell, List.of(), nowNs);
    }
  }

  private void check(String cell, long beganNs) {
    List<HttpGateway> usable = List.of();
    try {
      usable = usable(cell);
    } finally {
      end(cell, usable, beganNs);
    }
  }

  /** Returns the gateways of a cell that can be used: all or none. */
  private List<HttpGateway> usable(String cell) {
    long endNs = nanoClock.getAsLong() + CHECK_TIMEOUT.toNanos();
    List<HttpGateway> gateways = new ArrayList<>();
    String reason = "no address";
    try {
      List<Map<String, URI>> listed = new ArrayList<>();
      for (HttpGateway gateway : named) {
        listed.add(listed(gateway, endNs));
      }
      for (int party = 0; party < named.size(); party++) {
        URI address = listed.get(party).get(cell);
        if (address != null) {
          GatewayAddress.requireAsProtected(address, named.get(party).address());
          requireApart(address, named.get(1 - party).address(), listed.get(1 - party));
          gateways.add(checked(party, cell, address, endNs));
        }
      }
    } catch (RuntimeException e) {
      // Whatever a gateway says: the cell is asked in the usual way.
      reason = e.getMessage();
    }
    if (gateways.size() == named.size()) {
      LOG.atDebug().addKeyValue("cell", cell).log("cell asked directly");
      return List.copyOf(gateways);
    }
    LOG.atDebug().addKeyValue("cell", cell).addKeyValue("reason", reason).log(NOT_DIRECT);
    return List.of();
  }

  private Map<String, URI> listed(HttpGateway gateway, long endNs) {
    Map<String, URI> addresses = new HashMap<>();
    for (Config each : gateway.document(path + "/cells", left(endNs)).getConfigList("cells")) {
      addresses.put(each.getString("cell"), URI.create(each.getString("gateway")));
    }
    return addresses;
  }

  /** Returns the rest of the time of a check: one deadline holds for all that it asks. */
  private Duration left(long endNs) {
    return Duration.ofNanos(Math.max(MIN_WAIT_NS, endNs - nanoClock.getAsLong()));
  }

  private static void requireApart(URI address, URI ofOther, Map<String, URI> listedByOther) {
    if (GatewayAddress.areOne(address, ofOther)
        || listedByOther.values().stream().anyMatch(each -> GatewayAddress.areOne(address, each))) {
      throw new IllegalArgumentException(
          "both parties have the gateway " + address + ": one would see both shares");
    }
  }

  private HttpGateway checked(int party, String cell, URI address, long endNs) {
    HttpGateway gateway = opener.open(party, address);
    Config about = gateway.document("/v1/gateway", left(endNs));
    Config model = gateway.document(path, left(endNs));
    if (about.getInt("party") != party
        || !about.getString("cell").equals(cell)
        || !model.getString("planDigest").equals(planDigest)) {
      throw new IllegalArgumentException(
          "what answers at " + address + " is not party " + party + " of the cell");
    }
    return gateway;
  }
}
