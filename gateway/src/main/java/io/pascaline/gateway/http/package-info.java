// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Connections, TLS and error messages of an HTTP server that strangers reach. */
package io.pascaline.gateway.http;
