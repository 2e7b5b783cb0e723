// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

/**
 * The client's traffic in bytes of tensor words, both parties together.
 *
 * @param inputShareBytesSent shares of inputs
 * @param outputShareBytesReceived shares of outputs
 */
public record ClientTraffic(long inputShareBytesSent, long outputShareBytesReceived) {}
