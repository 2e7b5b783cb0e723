// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** How what happens at a link enters an actor: as messages, never as calls into its state. */
package io.pascaline.actors.link;
