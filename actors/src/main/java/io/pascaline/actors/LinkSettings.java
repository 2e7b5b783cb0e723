package io.pascaline.actors;

import io.pascaline.transport.aeron.LinkProfile;
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
 */
public record LinkSettings(LinkSecurity security, LinkProfile profile, LinkAddress advertised) {
  /** Checks that what must be there is. */
  public LinkSettings {
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(profile, "profile");
  }

  /** Links to peers that reach the role where it listens. */
  public LinkSettings(final LinkSecurity security, final LinkProfile profile) {
    this(security, profile, null);
  }

  /** Links that never leave the process; a role of a deployment refuses them. */
  public static LinkSettings inProcess() {
    return new LinkSettings(LinkSecurity.Plain.IN_PROCESS, LinkProfile.usual());
  }

  /** Links protected like that, over the usual network. */
  public static LinkSettings of(final LinkSecurity security) {
    return new LinkSettings(security, LinkProfile.usual());
  }

  /** The same for a role that peers reach at another address than it listens at. */
  public LinkSettings withAdvertised(final LinkAddress address) {
    return new LinkSettings(security, profile, address);
  }
}
