// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits each client's requests, both those in flight and those per second, with bursts (a token
 * bucket). The account of a client that has disconnected stays until it is full again, so that a
 * new connection gains nothing. Owned by the party's actor; not thread-safe.
 */
final class ClientQuotas {
  private static final int MAX_ACCOUNTS = 4096;

  private final ClientQuotaSetting quota;
  private final long times;
  private final long retryAfterMs;
  private final LongSupplier nanoClock;
  private final Map<ClientKey, Account> accounts = new HashMap<>();

  private static final class Account {
    private int inFlight;
    private double tokens;
    private long filledNs;
  }

  /**
   * Accounts as wide as the quota is set whenever a request comes, or a multiple of that.
   *
   * @param times how many times as wide; a party that follows another's decisions gives twice as
   *     much, so that it does not refuse what the other has begun
   * @param retryAfterMs the time after which a refused client is asked to try again
   */
  ClientQuotas(ClientQuotaSetting quota, int times, long retryAfterMs, LongSupplier nanoClock) {
    this.quota = quota;
    this.times = times;
    this.retryAfterMs = retryAfterMs;
    this.nanoClock = nanoClock;
  }

  /**
   * Takes a request on its client's account.
   *
   * @param imageCount images of the request, each of which counts as one
   * @return 0 if it was taken, or after how many milliseconds the client may try again
   */
  long charge(ClientKey client, int imageCount) {
    if (!accounts.containsKey(client) && accounts.size() >= MAX_ACCOUNTS) {
      accounts.values().removeIf(account -> account.inFlight == 0 && isFull(account));
      if (accounts.size() >= MAX_ACCOUNTS) {
        return retryAfterMs;
      }
    }
    Account account = accounts.computeIfAbsent(client, key -> opened());
    if (account.inFlight + imageCount > maxInFlight()) {
      return retryAfterMs;
    }
    long perSecond = perSecond();
    if (perSecond > 0) {
      fill(account);
      if (account.tokens < imageCount) {
        double waitMs = (imageCount - account.tokens) * 1000 / perSecond;
        return Math.max(retryAfterMs, (long) Math.ceil(waitMs));
      }
      account.tokens -= imageCount;
    }
    account.inFlight += imageCount;
    return 0;
  }

  /** A request that {@link #charge} took has ended. */
  void release(ClientKey client, int imageCount) {
    Account account = accounts.get(client);
    if (account != null) {
      account.inFlight -= imageCount;
      if (account.inFlight == 0 && isFull(account)) {
        accounts.remove(client);
      }
    }
  }

  int accountCount() {
    return accounts.size();
  }

  private long maxInFlight() {
    return times * quota.sessions();
  }

  private long perSecond() {
    return times * quota.requestsPerSecond();
  }

  private double burst() {
    return 2.0 * maxInFlight();
  }

  private Account opened() {
    Account account = new Account();
    account.tokens = burst();
    account.filledNs = nanoClock.getAsLong();
    return account;
  }

  private boolean isFull(Account account) {
    fill(account);
    return account.tokens >= burst();
  }

  private void fill(Account account) {
    long nowNs = nanoClock.getAsLong();
    double seconds = (double) (nowNs - account.filledNs) / TimeUnit.SECONDS.toNanos(1);
    long perSecond = perSecond();
    account.tokens =
        perSecond == 0 ? burst() : Math.min(burst(), account.tokens + seconds * perSecond);
    account.filledNs = nowNs;
  }
}
