// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What happened in a simulation: messages, work, and what can be read from them. */
package io.pascaline.sim.trace;
