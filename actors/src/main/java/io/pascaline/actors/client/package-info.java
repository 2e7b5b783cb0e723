// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * A client: the actor {@link io.pascaline.actors.client.Client} shares inputs, puts answers
 * together and holds deadlines. It reaches the parties over links of its node, or through their
 * gateways: each {@link io.pascaline.actors.client.GatewayLink} is then a link to one party, over
 * HTTPS.
 */
package io.pascaline.actors.client;
