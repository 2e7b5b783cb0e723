// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The virtual clock, and an actor system that runs on it. */
package io.pascaline.sim.time;
