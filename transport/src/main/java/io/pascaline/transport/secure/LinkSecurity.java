// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.util.Objects;

/** How the links of a node are protected. There is no default: a node says which it wants. */
public sealed interface LinkSecurity {
  /**
   * Links are authenticated and encrypted.
   *
   * @param own this node's identity
   * @param peers whom it talks to
   * @param rekey when keys are replaced
   */
  record Secured(PrivateIdentity own, PinnedPeers peers, RekeyPolicy rekey)
      implements LinkSecurity {
    /** Checks that nobody else has this node's identity. */
    public Secured {
      Objects.requireNonNull(own, "own");
      Objects.requireNonNull(peers, "peers");
      Objects.requireNonNull(rekey, "rekey");
      if (peers.contains(own.publicIdentity())) {
        throw new IllegalArgumentException(
            "peers contain this node's own identity " + own.publicIdentity());
      }
    }

    /** Keys are replaced as often as is usual. */
    public Secured(PrivateIdentity own, PinnedPeers peers) {
      this(own, peers, RekeyPolicy.usual());
    }
  }

  /** Links that are not protected. */
  enum Plain implements LinkSecurity {
    /** All nodes are in this process, over shared memory of its own driver. */
    IN_PROCESS,
    /** Somebody asked for it; whoever reaches the network sees and changes everything. */
    INSECURE
  }
}
