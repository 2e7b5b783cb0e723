// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Links over Aeron: one client and one polling agent per node, an embedded or external media
 * driver.
 *
 * <p>All links of a node live on its agent's thread: Aeron's client conductor, every publication
 * and every image are touched by no other. Other threads reach it through bounded queues only.
 */
package io.pascaline.transport.aeron;
