// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The preprocessing dealer: generates correlated randomness as far as the parties grant credit. */
package io.pascaline.actors.dealer;
