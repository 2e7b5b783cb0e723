// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The roles put together: {@link io.pascaline.actors.role.RoleAssembly} builds a party, a dealer or
 * a client for any carrier, {@link io.pascaline.actors.role.RoleHost} is where its actor lives, and
 * {@link io.pascaline.actors.role.RoleNode} joins both with links over Aeron. {@code PartyNode} and
 * {@code DealerNode} are processes of their own.
 */
package io.pascaline.actors.role;
