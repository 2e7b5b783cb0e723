// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The media driver under the transport: an embedded one with a directory of its own, UDP ports that
 * bound what strangers cost, channels and their parameters for a network, and what a driver has
 * counted. Nothing here knows links.
 */
package io.pascaline.transport.driver;
