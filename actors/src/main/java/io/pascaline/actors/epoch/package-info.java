// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * An epoch as one party sees it: how its keys are derived and checked before use, what its layers
 * share, what they report, and messages that are earlier than it is.
 */
package io.pascaline.actors.epoch;
