// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Party 0 for many clients, each of which is party 1 of a pair with it: {@link
 * io.pascaline.actors.server.Server} runs a party for each client's link, and {@link
 * io.pascaline.actors.server.ServerLinks} takes what arrives to the right one.
 */
package io.pascaline.actors.server;
