// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * A party: links to the peer, the dealer and the clients, the layers of the current epoch, and one
 * session actor per inference.
 */
package io.pascaline.actors.party;
