// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** How requests are divided among cells: groups of two parties and a dealer that share nothing. */
package io.pascaline.actors.cell;
