package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkAddress;

/**
 * The part of a hello that opens a link.
 *
 * @param dialId names the attempt
 * @param answer whether the sender was dialled
 * @param replyAddress where the sender listens
 */
public record Handshake(long dialId, boolean answer, LinkAddress replyAddress) {}
