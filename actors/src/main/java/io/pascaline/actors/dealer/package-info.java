// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The preprocessing dealer: makes correlated randomness ahead of the online work, under credit. */
package io.pascaline.actors.dealer;
