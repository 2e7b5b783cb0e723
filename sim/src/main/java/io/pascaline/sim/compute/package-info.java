// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Modelled cores: how long arithmetic takes in virtual time, and in which order it is done. */
package io.pascaline.sim.compute;
