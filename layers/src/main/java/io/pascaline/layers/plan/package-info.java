// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The compiled network: which steps run in which order on which words. A plan is of one suite and
 * its ring; its layers make the steps of their protocol themselves, so that whoever drives a plan
 * need not know the suite. Public, immutable and the same for everyone who takes part; weights are
 * not in it. No threads, no input or output.
 */
package io.pascaline.layers.plan;
