// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.Link;

/**
 * Names a client for quotas, by what a new connection does not change: the identity that the client
 * has proved. Where links are not protected there is none, and the claimed node id takes its place.
 *
 * @param identityOrNull the proved identity
 * @param nodeId the claimed node id where there is no identity, 0 otherwise
 */
record ClientKey(String identityOrNull, long nodeId) {
  static ClientKey of(Link client) {
    String identity = client.peerIdentity();
    return identity == null
        ? new ClientKey(null, client.peerHello().nodeId())
        : new ClientKey(identity, 0);
  }
}
