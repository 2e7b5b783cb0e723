package io.pascaline.actors;

import io.pascaline.transport.aeron.LinkProfile;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.Objects;

/**
 * What a role's links are like.
 *
 * @param security how they are protected
 * @param profile the network that they run over
 */
public record LinkSettings(LinkSecurity security, LinkProfile profile) {
  /** Checks that both are there. */
  public LinkSettings {
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(profile, "profile");
  }

  /** Links that never leave the process; a role of a deployment refuses them. */
  public static LinkSettings inProcess() {
    return new LinkSettings(LinkSecurity.Plain.IN_PROCESS, LinkProfile.usual());
  }

  /** Links protected like that, over the usual network. */
  public static LinkSettings of(final LinkSecurity security) {
    return new LinkSettings(security, LinkProfile.usual());
  }
}
