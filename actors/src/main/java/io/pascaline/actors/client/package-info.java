// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The client: shares inputs, puts answers together, holds deadlines. */
package io.pascaline.actors.client;
