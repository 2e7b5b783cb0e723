// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.Objects;

/**
 * What a role's links are like.
 *
 * @param security how they are protected
 * @param profile the network that they run over
 * @param advertised where peers reach the role, if that is not where it listens (a forwarded port);
 *     or null
 * @param maxLinks links that peers may have to the role, of which two are kept for the dealer and
 *     the other party and the rest is for clients, a quarter of all for one identity; {@link
 *     #MIN_LINKS} to {@link #MAX_LINKS}
 */
public record LinkSettings(
    LinkSecurity security, NetworkProfile profile, LinkAddress advertised, int maxLinks) {
  /** Fewer leave an identity less than it may begin to open. */
  public static final int MIN_LINKS = 4;

  /**
   * Of more, not all could come back at once: a media driver takes 256 new streams at a time, and
   * 512 in all.
   */
  public static final int MAX_LINKS = 256;

  /** Checks that what must be there is, and the range. */
  public LinkSettings {
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(profile, "profile");
    if (maxLinks < MIN_LINKS || maxLinks > MAX_LINKS) {
      throw new IllegalArgumentException(
          "maxLinks must be " + MIN_LINKS + " to " + MAX_LINKS + ": " + maxLinks);
    }
  }

  /** As many links as usual, 64. */
  public LinkSettings(LinkSecurity security, NetworkProfile profile, LinkAddress advertised) {
    this(security, profile, advertised, TransportContext.DEFAULT_MAX_LINKS);
  }

  /** Links to peers that reach the role where it listens. */
  public LinkSettings(LinkSecurity security, NetworkProfile profile) {
    this(security, profile, null);
  }

  /** Links that never leave the process; a role of a deployment refuses them. */
  public static LinkSettings inProcess() {
    return new LinkSettings(LinkSecurity.Plain.IN_PROCESS, NetworkProfile.usual());
  }

  /** Links protected like that, over the usual network. */
  public static LinkSettings of(LinkSecurity security) {
    return new LinkSettings(security, NetworkProfile.usual());
  }

  /** Returns the same for a role that peers reach at another address than it listens at. */
  public LinkSettings withAdvertised(LinkAddress address) {
    return new LinkSettings(security, profile, address, maxLinks);
  }
}
