// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import io.pascaline.protocols.SessionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Names one stream of masks. Distinct labels give independent streams; one label always gives the
 * same stream. Immutable.
 *
 * @param session the inference, or the setup of an epoch
 * @param layer the layer's id in the plan
 * @param round the round within the layer's step, from 0
 * @param purpose what the mask is for
 */
public record MaskLabel(SessionId session, int layer, int round, Purpose purpose) {
  private static final byte[] DOMAIN = "pascaline mask 1".getBytes(StandardCharsets.US_ASCII);

  public MaskLabel {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(purpose, "purpose");
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    if (round < 0) {
      throw new IllegalArgumentException("round must not be negative: " + round);
    }
  }

  /**
   * Returns the HKDF info string of this label. All fields have a fixed length, so no two labels
   * encode alike: domain (16 bytes), epoch (8), number (8), layer (4), round (4), purpose (4), all
   * big-endian.
   */
  byte[] info() {
    return ByteBuffer.allocate(DOMAIN.length + 2 * Long.BYTES + 3 * Integer.BYTES)
        .put(DOMAIN)
        .putLong(session.epoch())
        .putLong(session.number())
        .putInt(layer)
        .putInt(round)
        .putInt(purpose.wireId())
        .array();
  }
}
