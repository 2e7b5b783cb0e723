// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** One role per process: a party, the dealer or a client, with its actor system and its node. */
package io.pascaline.actors.role;
