// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Private inference as actors: every party, every layer of the network and the preprocessing dealer
 * is one, and inferences pipeline through them. Imports between its packages run downwards only:
 *
 * <pre>
 *   api        what other programs use
 *   settings   reads the files of a role
 *   role       puts roles together, and runs them as processes of their own
 *   server     party 0 for clients that are party 1
 *   cell       how requests are divided among cells
 *   party, dealer, client    the actors of the roles
 *   layer      the actors of a party's layers
 *   epoch      what an epoch's layers share, and how its keys are made
 *   compute    the pool that does all arithmetic
 *   state      what a role must never forget
 *   link       how what happens at a link enters an actor
 *   metrics    what is measured of a role; micrometer reads it
 *   text       makes text of others fit for a terminal
 * </pre>
 */
package io.pascaline.actors;
