// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/**
 * A client's name for its request; 128 random bits, the same at both parties.
 *
 * @param high upper half
 * @param low lower half
 */
public record RequestId(long high, long low) {
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
