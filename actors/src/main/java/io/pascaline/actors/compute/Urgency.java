// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

/** Which queue of the compute pool a task joins. */
public enum Urgency {
  /** Somebody waits for the answer: a client, or the peer. */
  ONLINE,
  /** Makes correlations, before an input is known. Runs only while no online task waits. */
  OFFLINE
}
