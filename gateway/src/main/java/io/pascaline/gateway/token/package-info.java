// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Bearer tokens: secrets of clients, of which a gateway knows the hashes alone. */
package io.pascaline.gateway.token;
