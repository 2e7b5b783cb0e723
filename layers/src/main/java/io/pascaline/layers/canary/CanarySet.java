// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.canary;

import io.pascaline.layers.format.FileFormat;
import io.pascaline.layers.format.FileFormatException;
import io.pascaline.layers.format.ReplacedFile;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Ring;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The canaries of one plan. Immutable if the arrays are left alone; thread-safe.
 *
 * <p>Its file is a {@link FileFormat} of magic "PSCLCNRY" and code 0 with the body, big-endian:
 *
 * <pre>
 * 32 bytes digest of the plan | u8 whether the tolerances are proven
 * i32 canaries | i32 words of an input | i32 words of an answer
 * then for each canary: i32 toleranceUlps | its input | its answer, i32 per word
 * </pre>
 *
 * @param planDigest of the plan, see {@link NetworkPlan#digest}
 * @param proven whether the tolerances are bounds that no right answer exceeds; otherwise they are
 *     a multiple of what was measured
 * @param canaries at least one, all of the same lengths
 */
public record CanarySet(byte[] planDigest, boolean proven, List<Canary> canaries) {
  /** More than any client needs. */
  public static final int MAX_COUNT = 1024;

  private static final FileFormat FORMAT = new FileFormat("PSCLCNRY", "canary file", 1);
  private static final int DIGEST_BYTES = 32;
  private static final int FIXED_BYTES = DIGEST_BYTES + 1 + 3 * Integer.BYTES;

  /**
   * Copies digest and list.
   *
   * @throws IllegalArgumentException if there is no canary, or one has other lengths than the first
   */
  public CanarySet {
    planDigest = planDigest.clone();
    canaries = List.copyOf(canaries);
    require(
        !canaries.isEmpty() && canaries.size() <= MAX_COUNT,
        "canaries must be 1 to " + MAX_COUNT + ": " + canaries.size());
    Canary first = canaries.get(0);
    for (Canary canary : canaries) {
      require(
          canary.input().length == first.input().length
              && canary.expected().length == first.expected().length,
          "canary " + canary.id() + " has other lengths than the first");
    }
  }

  /**
   * Checks that these are canaries of a plan.
   *
   * @throws IllegalArgumentException if they are of another one
   */
  public void requireFor(NetworkPlan plan) {
    require(
        Arrays.equals(planDigest, plan.digest())
            && plan.ring() == Ring.WORDS
            && canaries.get(0).input().length == plan.inputWordCount()
            && canaries.get(0).expected().length == plan.outputWordCount(),
        "the canaries are of another plan than the parties run");
  }

  /** Returns the largest tolerance of all canaries. */
  public int maxToleranceUlps() {
    return canaries.stream().mapToInt(Canary::toleranceUlps).max().orElseThrow();
  }

  /**
   * Writes a file that nobody but its owner may read: the inputs resemble typical ones.
   *
   * @throws IOException if the disk refuses
   */
  public void write(Path file) throws IOException {
    ReplacedFile.ownerOnly(file).write(out -> FORMAT.write(out, 0, bodyBytes(), this::writeBody));
  }

  private long bodyBytes() {
    Canary first = canaries.get(0);
    return bodyBytes(canaries.size(), first.input().length, first.expected().length);
  }

  private static long bodyBytes(long count, long inputWords, long outputWords) {
    return FIXED_BYTES + count * (1 + inputWords + outputWords) * Integer.BYTES;
  }

  private void writeBody(DataOutputStream out) throws IOException {
    out.write(planDigest);
    out.writeByte(proven ? 1 : 0);
    out.writeInt(canaries.size());
    out.writeInt(canaries.get(0).input().length);
    out.writeInt(canaries.get(0).expected().length);
    for (Canary canary : canaries) {
      out.writeInt(canary.toleranceUlps());
      writeWords(out, canary.input());
      writeWords(out, canary.expected());
    }
  }

  private static void writeWords(DataOutputStream out, int[] words) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES);
    bytes.asIntBuffer().put(words);
    out.write(bytes.array());
  }

  /**
   * Reads a file. Costs memory in proportion to its length, whatever it says.
   *
   * @throws IOException if it cannot be read or is no canary file; one line
   */
  public static CanarySet read(Path file) throws IOException {
    try {
      return FORMAT.read(file, (code, bodyBytes, in) -> readBody(bodyBytes, in));
    } catch (FileFormatException e) {
      String verdict = e.isOtherVersion() ? " cannot be used: " : " is no canary file: ";
      throw new IOException(file + verdict + e.getMessage(), e);
    }
  }

  private static CanarySet readBody(long bodyBytes, DataInputStream in) throws IOException {
    byte[] digest = new byte[DIGEST_BYTES];
    in.readFully(digest);
    boolean proven = in.readBoolean();
    int count = in.readInt();
    int inputWords = in.readInt();
    int outputWords = in.readInt();
    // Before any array is made: a damaged size must not cost memory.
    require(
        count > 0
            && count <= MAX_COUNT
            && inputWords > 0
            && outputWords > 0
            && bodyBytes == bodyBytes(count, inputWords, outputWords),
        "its length does not fit its header");
    List<Canary> canaries = new ArrayList<>(count);
    for (int id = 0; id < count; id++) {
      int toleranceUlps = in.readInt();
      int[] input = readWords(in, inputWords);
      canaries.add(new Canary(id, input, readWords(in, outputWords), toleranceUlps));
    }
    return new CanarySet(digest, proven, canaries);
  }

  private static int[] readWords(DataInputStream in, int count) throws IOException {
    byte[] bytes = new byte[count * Integer.BYTES];
    in.readFully(bytes);
    int[] words = new int[count];
    ByteBuffer.wrap(bytes).asIntBuffer().get(words);
    return words;
  }

  private static void require(boolean valid, String otherwise) {
    if (!valid) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Prints how many there are, no value. */
  @Override
  public String toString() {
    return "CanarySet[canaries=" + canaries.size() + "]";
  }
}
