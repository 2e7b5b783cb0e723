// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;

/**
 * The bytes of a model share. Big-endian:
 *
 * <pre>
 * u64 magic "PSCLSHAR" | u16 version | u8 partyId | 16 bytes sharingId | i32 plan length | plan
 * then per linear layer, in order: the weights | the bias, if it has one
 *   in the form in which the plan's ring travels, i32 per word
 * 32 bytes SHA-256 of everything before
 * </pre>
 */
final class ModelShareFile {
  private static final long MAGIC = 0x5053434C53484152L;
  private static final int VERSION = 1;
  private static final int DIGEST_BYTES = 32;
  private static final int HEADER_BYTES = 8 + 2 + 1 + ModelShare.SHARING_ID_BYTES + 4;
  private static final int CHUNK_WORDS = 1 << 14;

  private ModelShareFile() {}

  static void write(ModelShare share, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Path temporary = createOwnerOnly(target);
    try {
      writeTo(share, temporary);
      try {
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static Path createOwnerOnly(Path target) throws IOException {
    Path folder = target.getParent();
    String prefix = "." + target.getFileName();
    if (!target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return Files.createTempFile(folder, prefix, ".tmp");
    }
    FileAttribute<Set<PosixFilePermission>> ownerOnly =
        PosixFilePermissions.asFileAttribute(
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    return Files.createTempFile(folder, prefix, ".tmp", ownerOnly);
  }

  private static void writeTo(ModelShare share, Path file) throws IOException {
    MessageDigest digest = sha256();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        BufferedOutputStream raw =
            new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        DataOutputStream out = new DataOutputStream(new DigestOutputStream(raw, digest))) {
      byte[] plan = share.plan().encode();
      out.writeLong(MAGIC);
      out.writeShort(VERSION);
      out.writeByte(share.partyId());
      out.write(share.sharingId());
      out.writeInt(plan.length);
      out.write(plan);
      Ring ring = share.plan().ring();
      for (PlanLayer layer : share.plan().layers()) {
        if (layer instanceof WeightedLayer linear) {
          writeWords(out, ring.words(share.weights(linear.id())));
          if (linear.biased()) {
            writeWords(out, ring.words(share.biasOrNull(linear.id())));
          }
        }
      }
      out.flush();
      raw.write(digest.digest());
      raw.flush();
      channel.force(true);
    }
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
      return readWhole(file);
    } catch (EOFException e) {
      throw new IOException(file + " is not a model share: it is cut short", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not a model share: " + e.getMessage(), e);
    }
  }

  private static ModelShare readWhole(Path file) throws IOException {
    long length = Files.size(file);
    MessageDigest digest = sha256();
    try (DataInputStream in =
        new DataInputStream(
            new DigestInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), digest))) {
      require(in.readLong() == MAGIC, "it does not begin with the magic number");
      int version = in.readUnsignedShort();
      require(version == VERSION, "its version is " + version + ", must be " + VERSION);
      int partyId = in.readUnsignedByte();
      require(partyId <= 1, "its party is " + partyId + ", must be 0 or 1");
      byte[] sharingId = new byte[ModelShare.SHARING_ID_BYTES];
      in.readFully(sharingId);
      int planLength = in.readInt();
      require(
          planLength >= 0 && planLength <= length - HEADER_BYTES - DIGEST_BYTES,
          "its plan is longer than the file");
      byte[] encodedPlan = new byte[planLength];
      in.readFully(encodedPlan);
      NetworkPlan plan = NetworkPlan.decode(encodedPlan);
      // Before any array is made: a damaged size must not cost memory.
      require(length == fileBytes(plan, planLength), "its length does not fit its plan");
      Share[] weights = new Share[plan.layers().size()];
      Share[] biases = new Share[plan.layers().size()];
      for (PlanLayer layer : plan.layers()) {
        if (layer instanceof WeightedLayer linear) {
          weights[layer.id()] = readShare(in, plan.ring(), linear.map().weightShape());
          if (linear.biased()) {
            biases[layer.id()] = readShare(in, plan.ring(), Shape.of(linear.biasCount()));
          }
        }
      }
      byte[] expected = digest.digest();
      byte[] found = new byte[DIGEST_BYTES];
      in.readFully(found);
      require(Arrays.equals(expected, found), "its checksum is wrong, the file is damaged");
      return new ModelShare(partyId, plan, sharingId, weights, biases);
    }
  }

  private static long fileBytes(NetworkPlan plan, int planLength) {
    long elements = 0;
    for (PlanLayer layer : plan.layers()) {
      if (layer instanceof WeightedLayer linear) {
        elements += linear.map().weightShape().elementCount();
        elements += linear.biased() ? linear.biasCount() : 0;
      }
    }
    long shareBytes = elements * plan.ring().wordsPerElement() * Integer.BYTES;
    return HEADER_BYTES + planLength + shareBytes + DIGEST_BYTES;
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

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
