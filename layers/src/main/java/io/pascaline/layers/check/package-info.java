// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * A check of a compiled network against the protocol it will run under, on one machine and in
 * plaintext: for model owners and tests, not for a deployment.
 */
package io.pascaline.layers.check;
