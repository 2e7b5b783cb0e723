// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The port that actors see: links to peers, the messages that travel on them, and how they fail.
 *
 * <p>Nothing here names Aeron or SBE, so that a simulated network can implement the same port.
 * Listeners are called on one thread per node and must not block; {@link
 * io.pascaline.transport.link.Link#send} may be called from any thread.
 *
 * <p>Security model: links between processes are authenticated and encrypted by the secure channel
 * ({@link io.pascaline.transport.secure.LinkSecurity}), so a message comes from the pinned identity
 * of the role that its link's Hello names. Links inside a process are plain.
 */
package io.pascaline.transport.link;
