// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols;

/**
 * Names the inference of one image in every mask label: 128 bits, unique for as long as the keys
 * live. A session of several images has consecutive numbers, one for each. The first of them is the
 * session's number, which names the session on the wire; corrections and checks name an image.
 *
 * <p>Immutable.
 *
 * @param epoch drawn at random by the dealer when it starts; a restart never continues an old epoch
 * @param number counts the images of the epoch from 0; {@value #SETUP_NUMBER} is the opening of the
 *     masked weights
 */
public record SessionId(long epoch, long number) {
  /**
   * The number of the session in which the masked weights of an epoch are opened. As no inference
   * has it, it also stands for none where a number is optional.
   */
  public static final long SETUP_NUMBER = -1;

  public SessionId {
    if (number < SETUP_NUMBER) {
      throw new IllegalArgumentException("number must be at least -1: " + number);
    }
  }

  /** Returns the session in which the masked weights of {@code epoch} are opened. */
  public static SessionId setup(long epoch) {
    return new SessionId(epoch, SETUP_NUMBER);
  }

  /** Returns whether this is the session of the weight opening. */
  public boolean isSetup() {
    return number == SETUP_NUMBER;
  }

  /**
   * Checks that this is an inference of {@code epoch}.
   *
   * @throws IllegalArgumentException if it is not
   */
  public void requireInferenceOf(long epoch) {
    if (this.epoch != epoch) {
      throw new IllegalArgumentException(
          "session " + this + " is not of epoch " + Long.toHexString(epoch));
    }
    if (isSetup()) {
      throw new IllegalArgumentException("session " + this + " is the setup, not an inference");
    }
  }

  /**
   * Returns the party, 0 or 1, that is sent the correction of a layer: the parity of the number
   * plus the layer, so that both dealer links carry half the load. Dealer and parties must agree on
   * it.
   */
  public int correctionReceiver(int layer) {
    return (int) ((number + layer) & 1);
  }

  @Override
  public String toString() {
    return Long.toHexString(epoch) + "/" + number;
  }
}
