// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** An HTTPS gateway at a party, for clients that are no JVM; see {@link Gateway}. */
package io.pascaline.gateway;
