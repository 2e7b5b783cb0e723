// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.Objects;

/**
 * What a role's links are like. Immutable.
 *
 * @param security how they are protected
 * @param profile the network that they run over
 * @param advertised where others reach the role, if that is not where it listens (a forwarded
 *     port); or null
 * @param maxLinks links that others may have to the role, of which two are kept for the dealer and
 *     the other party and the rest is for clients, a quarter of all for one identity; {@link
 *     #MIN_LINKS} to {@link #MAX_LINKS}
 * @param peerTimeoutMs how long a remote may be silent before its link is suspended, at least
 *     {@link #MIN_PEER_TIMEOUT_MS}
 * @param resumeTimeoutMs how long the same incarnation of a remote may then take to resume; 0 waits
 *     for nobody. The sessions of a party that was killed end at their clients when it is back or
 *     within both times
 */
public record LinkSettings(
    LinkSecurity security,
    NetworkProfile profile,
    LinkAddress advertised,
    int maxLinks,
    long peerTimeoutMs,
    long resumeTimeoutMs) {
  /** Fewer leave an identity less than it may begin to open. */
  public static final int MIN_LINKS = 4;

  /**
   * Of more, not all could come back at once: a media driver takes 256 new streams at a time, and
   * 512 in all.
   */
  public static final int MAX_LINKS = 256;

  /** Least silence by which a link may be judged: three heartbeats. */
  public static final long MIN_PEER_TIMEOUT_MS = 1_500;

  private static final long MAX_WAIT_MS = 600_000;
  private static final int LINK_LOSSES_OF_A_SHARE = 3;

  /** Checks that what must be there is, and the ranges. */
  public LinkSettings {
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(profile, "profile");
    requireRange("maxLinks", maxLinks, MIN_LINKS, MAX_LINKS);
    requireRange("peerTimeoutMs", peerTimeoutMs, MIN_PEER_TIMEOUT_MS, MAX_WAIT_MS);
    requireRange("resumeTimeoutMs", resumeTimeoutMs, 0, MAX_WAIT_MS);
  }

  /** Returns links that never leave the process; a role of a deployment refuses them. */
  public static LinkSettings inProcess() {
    return of(LinkSecurity.Plain.IN_PROCESS);
  }

  /** Returns links protected like that, over the usual network. */
  public static LinkSettings of(LinkSecurity security) {
    return builder(security).build();
  }

  /**
   * Returns a builder of links over the usual network: at most 64 of them, 5 s of silence, 3 s to
   * resume.
   */
  public static Builder builder(LinkSecurity security) {
    return new Builder(security);
  }

  /** Returns a builder that has these settings. */
  public Builder toBuilder() {
    return new Builder(security)
        .profile(profile)
        .advertised(advertised)
        .maxLinks(maxLinks)
        .peerTimeoutMs(peerTimeoutMs)
        .resumeTimeoutMs(resumeTimeoutMs);
  }

  /**
   * Returns how long one share of a request may wait for the other: three times what a lost link
   * may take, so that there is time to send it.
   */
  public long otherShareTimeoutMs() {
    return LINK_LOSSES_OF_A_SHARE * (peerTimeoutMs + resumeTimeoutMs);
  }

  /**
   * Returns how many clients these links know that are party 1 themselves, as a server and its
   * dealer do.
   *
   * @throws IllegalArgumentException if links are not sealed, or there is no such client
   */
  public int clientsAsParty() {
    if (!(security instanceof LinkSecurity.Secured secured)) {
      throw new IllegalArgumentException(
          "links must be sealed to clients that are party 1, whose dealing keys come from their"
              + " links: "
              + security);
    }
    int count = secured.peers().named("party 1").size();
    if (count == 0) {
      throw new IllegalArgumentException("clients that are party 1 must be at least one: 0");
    }
    return count;
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
    }
  }

  /** Builds settings. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private final LinkSecurity security;
    private NetworkProfile profile = NetworkProfile.usual();
    private LinkAddress advertised;
    private int maxLinks = TransportContext.DEFAULT_MAX_LINKS;
    private long peerTimeoutMs = 5_000;
    private long resumeTimeoutMs = 3_000;

    private Builder(LinkSecurity security) {
      this.security = security;
    }

    /** Sets the network that the links run over. */
    public Builder profile(NetworkProfile network) {
      profile = network;
      return this;
    }

    /** Sets where others reach the role; null for where it listens. */
    public Builder advertised(LinkAddress addressOrNull) {
      advertised = addressOrNull;
      return this;
    }

    /** Sets how many links others may have to the role. */
    public Builder maxLinks(int count) {
      maxLinks = count;
      return this;
    }

    /** Sets how long a remote may be silent. */
    public Builder peerTimeoutMs(long timeoutMs) {
      peerTimeoutMs = timeoutMs;
      return this;
    }

    /** Sets how long a remote may take to resume. */
    public Builder resumeTimeoutMs(long timeoutMs) {
      resumeTimeoutMs = timeoutMs;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException for one that is out of range
     */
    public LinkSettings build() {
      return new LinkSettings(
          security, profile, advertised, maxLinks, peerTimeoutMs, resumeTimeoutMs);
    }
  }
}
