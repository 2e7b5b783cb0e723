// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Layer actors: one per layer of the network and party. Each holds the state machines of all
 * inferences in flight in its layer, so that inferences pipeline through the network.
 */
package io.pascaline.actors.layer;
