// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Conversations: what one incarnation of a node and one of a remote say to each other, whichever
 * {@link io.pascaline.transport.conversation.Carrier carrier} takes it there.
 *
 * <p>Three words, three things. A <em>link</em> is the port that actors see ({@link
 * io.pascaline.transport.link.Link}). A <em>conversation</em> is what stands behind it and survives
 * reconnects: messages that were not acknowledged, an unfinished tensor, counters. A
 * <em>carrier</em> is one connection that transports a conversation until it is lost. Nothing here
 * knows Aeron.
 */
package io.pascaline.transport.conversation;
