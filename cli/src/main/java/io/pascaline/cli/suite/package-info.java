// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Which suite and protocols run a network: the words that commands know, what they ask for, and
 * what becomes of that for a given network.
 */
package io.pascaline.cli.suite;
