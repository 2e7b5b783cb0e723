// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.share.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What one party loads of a compiled network: the public plan, and of weights and biases what the
 * plan's visibility gives the party. Shared: additive shares, which say nothing about the weights
 * alone. Owned: the weights themselves for P0, for which the file is as secret as they are, and
 * none for P1. Public: the weights for both. Immutable and thread-safe as long as nobody writes to
 * the arrays in its shares.
 */
public final class ModelShare {
  /** Length of {@link #sharingId()}. */
  public static final int SHARING_ID_BYTES = 16;

  private final int partyId;
  private final NetworkPlan plan;
  private final byte[] sharingId;
  private final boolean clientIsParty1;
  private final Share[] weights;
  private final Share[] biases;

  ModelShare(int partyId, NetworkPlan plan, byte[] sharingId, Share[] weights, Share[] biases) {
    if (partyId != 0 && partyId != 1) {
      throw new IllegalArgumentException("partyId is " + partyId + ", must be 0 or 1");
    }
    if (sharingId.length != SHARING_ID_BYTES) {
      throw new IllegalArgumentException(
          "sharingId has " + sharingId.length + " bytes, must have " + SHARING_ID_BYTES);
    }
    this.partyId = partyId;
    this.plan = plan;
    this.sharingId = sharingId.clone();
    clientIsParty1 = isOfClient(sharingId);
    this.weights = weights.clone();
    this.biases = biases.clone();
  }

  /**
   * Reads a share from a file.
   *
   * @throws IOException if the file cannot be read, or is not a whole, unchanged model share; the
   *     message is one line
   */
  public static ModelShare read(Path file) throws IOException {
    return ModelShareFile.read(file);
  }

  /**
   * Writes this share to a file that only its owner may read (where the file system knows owners).
   * An existing file is replaced in one step, once everything is on disk.
   *
   * @throws IOException if the file cannot be written; an existing file is then left as it was
   */
  public void write(Path file) throws IOException {
    ModelShareFile.write(this, file);
  }

  /**
   * Returns the share of a client that is party 1 itself: the plan, since a client has no weights.
   *
   * @param plan of a network whose weights party 0 owns
   * @throws IllegalArgumentException if weights are not owned
   */
  public static ModelShare ofClient(NetworkPlan plan) {
    requireOwned(plan);
    int count = plan.layers().size();
    return new ModelShare(1, plan, new byte[SHARING_ID_BYTES], new Share[count], new Share[count]);
  }

  /**
   * Returns this share of party 0 for a peer that is the client itself, whose share is of no
   * sharing. The arrays are the same.
   *
   * @throws IllegalArgumentException if weights are not owned, or this is the share of party 1
   */
  public ModelShare forClient() {
    requireOwned(plan);
    if (partyId != 0) {
      throw new IllegalArgumentException("partyId is " + partyId + ", must be 0");
    }
    return new ModelShare(0, plan, new byte[SHARING_ID_BYTES], weights, biases);
  }

  private static void requireOwned(NetworkPlan plan) {
    if (plan.visibility() != Visibility.OWNED) {
      throw new IllegalArgumentException(
          "visibility is " + plan.visibility() + ", must be OWNED for a client that is party 1");
    }
  }

  /** Returns whether party 1 is the client itself, see {@link #ofClient} and {@link #forClient}. */
  public boolean clientIsParty1() {
    return clientIsParty1;
  }

  /** Returns whether a sharing id is all zeros, which means that the client is party 1. */
  public static boolean isOfClient(byte[] sharingId) {
    return Arrays.equals(sharingId, new byte[SHARING_ID_BYTES]);
  }

  /** Whose share this is: 0 or 1. */
  public int partyId() {
    return partyId;
  }

  /** Returns the public part. */
  public NetworkPlan plan() {
    return plan;
  }

  /** Returns 16 random bytes that both shares of one sharing have in common. A new array. */
  public byte[] sharingId() {
    return sharingId.clone();
  }

  /**
   * This party's share of a layer's weights, of shape {@code map().weightShape()}, or the weights;
   * null if they are owned and this is party 1.
   *
   * @throws IllegalArgumentException if the layer has no weights
   */
  public Share weightsOrNull(int layer) {
    linear(layer);
    return weights[layer];
  }

  /**
   * This party's share of a layer's bias, one element per output channel, or the bias; null if the
   * layer has none, or the weights are owned and this is party 1.
   *
   * @throws IllegalArgumentException if the layer is not linear
   */
  public Share biasOrNull(int layer) {
    linear(layer);
    return biases[layer];
  }

  private WeightedLayer linear(int layer) {
    if (layer < 0 || layer >= plan.layers().size()) {
      throw new IllegalArgumentException("layer is " + layer + ", not in " + plan);
    }
    PlanLayer found = plan.layers().get(layer);
    if (found instanceof WeightedLayer linear) {
      return linear;
    }
    throw new IllegalArgumentException("layer " + layer + " (" + found.name() + ") is not linear");
  }

  /** Party and plan; no share. */
  @Override
  public String toString() {
    return "ModelShare[party " + partyId + ", " + plan + "]";
  }
}
