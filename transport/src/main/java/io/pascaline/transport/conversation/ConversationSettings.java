// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.WordArrays;

/**
 * What a conversation needs to know of its node.
 *
 * @param ownName the node's, for reasons
 * @param maxMessageWords of the largest tensor that is sent
 * @param maxQueuedBytes that are queued or not acknowledged at a time
 * @param resumeTimeoutNs how long it waits for another carrier
 * @param arrays takes the arrays of tensors that receivers need no more or remotes have
 *     acknowledged
 */
public record ConversationSettings(
    String ownName,
    int maxMessageWords,
    long maxQueuedBytes,
    long resumeTimeoutNs,
    WordArrays arrays) {}
