// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.format.FileFormatException;
import io.pascaline.layers.format.ReplacedFile;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a model share: a {@link FileFormat} of magic "PSCLSHAR", whose code is the party,
 * with the body, big-endian:
 *
 * <pre>
 * 16 bytes sharingId | i32 plan length | plan
 * then, unless the weights are owned and the party is 1,
 *   per linear layer, in order: the weights | the bias, if it has one
 *   in the form in which the plan's ring travels, i32 per word
 * </pre>
 */
final class ModelShareFile {
  private static final FileFormat FORMAT = new FileFormat("PSCLSHAR", "model share", 2);
  private static final int FIXED_BYTES = ModelShare.SHARING_ID_BYTES + Integer.BYTES;
  private static final int CHUNK_WORDS = 1 << 14;

  private ModelShareFile() {}

  static void write(ModelShare share, Path file) throws IOException {
    int planLength = share.plan().encode().length;
    ReplacedFile.ownerOnly(file)
        .write(
            out ->
                FORMAT.write(
                    out,
                    share.partyId(),
                    bodyBytes(share.partyId(), share.plan(), planLength),
                    body -> writeBody(share, body)));
  }

  private static void writeBody(ModelShare share, DataOutputStream out) throws IOException {
    byte[] plan = share.plan().encode();
    out.write(share.sharingId());
    out.writeInt(plan.length);
    out.write(plan);
    Ring ring = share.plan().ring();
    for (WeightedLayer linear : weighted(share.partyId(), share.plan())) {
      writeWords(out, ring.words(share.weightsOrNull(linear.id())));
      if (linear.biased()) {
        writeWords(out, ring.words(share.biasOrNull(linear.id())));
      }
    }
  }

  /** Returns the layers whose weights a party's file has. */
  private static List<WeightedLayer> weighted(int partyId, NetworkPlan plan) {
    List<WeightedLayer> weighted = new ArrayList<>();
    for (PlanLayer layer : plan.layers()) {
      if (layer instanceof WeightedLayer linear && linear.visibility().hasWeights(partyId)) {
        weighted.add(linear);
      }
    }
    return weighted;
  }

  private static void writeWords(DataOutputStream out, int[] words) throws IOException {
    byte[] bytes = new byte[Integer.BYTES * Math.min(CHUNK_WORDS, words.length)];
    for (int from = 0; from < words.length; from += CHUNK_WORDS) {
      int count = Math.min(CHUNK_WORDS, words.length - from);
      ByteBuffer.wrap(bytes).asIntBuffer().put(words, from, count);
      out.write(bytes, 0, count * Integer.BYTES);
    }
  }

  static ModelShare read(Path file) throws IOException {
    try {
      return FORMAT.read(file, ModelShareFile::readBody);
    } catch (FileFormatException e) {
      String verdict = e.isOtherVersion() ? " cannot be used: " : " is not a model share: ";
      throw new IOException(file + verdict + e.getMessage(), e);
    }
  }

  private static ModelShare readBody(int partyId, long bodyBytes, DataInputStream in)
      throws IOException {
    require(partyId <= 1, "its party is " + partyId + ", must be 0 or 1");
    byte[] sharingId = new byte[ModelShare.SHARING_ID_BYTES];
    in.readFully(sharingId);
    int planLength = in.readInt();
    require(
        planLength >= 0 && planLength <= bodyBytes - FIXED_BYTES,
        "its plan is longer than the file");
    NetworkPlan plan = NetworkPlan.decode(in.readNBytes(planLength));
    // Before any array is made: a damaged size must not cost memory.
    require(bodyBytes == bodyBytes(partyId, plan, planLength), "its length does not fit its plan");
    Share[] weights = new Share[plan.layers().size()];
    Share[] biases = new Share[plan.layers().size()];
    for (WeightedLayer linear : weighted(partyId, plan)) {
      weights[linear.id()] = readShare(in, plan.ring(), linear.map().weightShape());
      if (linear.biased()) {
        biases[linear.id()] = readShare(in, plan.ring(), Shape.of(linear.biasCount()));
      }
    }
    return new ModelShare(partyId, plan, sharingId, weights, biases);
  }

  private static long bodyBytes(int partyId, NetworkPlan plan, int planLength) {
    long elementCount = 0;
    for (WeightedLayer linear : weighted(partyId, plan)) {
      elementCount += linear.map().weightShape().elementCount();
      elementCount += linear.biased() ? linear.biasCount() : 0;
    }
    long shareBytes = elementCount * plan.ring().wordsPerElement() * Integer.BYTES;
    return FIXED_BYTES + planLength + shareBytes;
  }

  private static Share readShare(DataInputStream in, Ring ring, Shape shape) throws IOException {
    int[] words = new int[ring.wordCount(shape)];
    byte[] bytes = new byte[Integer.BYTES * Math.min(CHUNK_WORDS, words.length)];
    for (int from = 0; from < words.length; from += CHUNK_WORDS) {
      int count = Math.min(CHUNK_WORDS, words.length - from);
      in.readFully(bytes, 0, count * Integer.BYTES);
      ByteBuffer.wrap(bytes).asIntBuffer().get(words, from, count);
    }
    return ring.share(shape, words);
  }

  private static void require(boolean valid, String otherwise) {
    if (!valid) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
