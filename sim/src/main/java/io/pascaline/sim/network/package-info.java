// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Links whose latency, bandwidth, jitter, loss and outages are modelled. */
package io.pascaline.sim.network;
