// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.format;

import io.pascaline.layers.format.FileFormatException.Fault;
import io.pascaline.protocols.random.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One kind of file. All kinds begin and end alike, big-endian:
 *
 * <pre>
 *  0   8 bytes ASCII: the magic of the kind
 *  8   u16 version of the kind
 * 10   u16 code of the kind, such as the party that the file belongs to; 0 if it has none
 * 12   u64 length of the body in bytes; all ones in a file that grows by records
 * 20   8 zeros
 * 28   u32 CRC-32C of the 28 bytes before
 * 32   the body
 *      32 bytes SHA-256 of header and body; not in a file that grows
 * </pre>
 *
 * <p>The checksums find damage; they are no proof of who wrote a file. Immutable and thread-safe.
 */
public final class FileFormat {
  /** Length of every header. */
  public static final int HEADER_BYTES = 32;

  /** Length of the checksum behind a body. */
  public static final int TRAILER_BYTES = 32;

  private static final int MAGIC_BYTES = 8;
  private static final int CRC_OFFSET = HEADER_BYTES - Integer.BYTES;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long GROWING = -1;

  private final byte[] magic;
  private final String kind;
  private final int version;

  /** Writes a body. */
  @FunctionalInterface
  public interface BodyWriter {
    /** Writes exactly the bytes that were announced. */
    void write(DataOutputStream out) throws IOException;
  }

  /**
   * Reads a body.
   *
   * @param <T> what it becomes
   */
  @FunctionalInterface
  public interface BodyReader<T> {
    /**
     * Reads exactly the body. Its checksum is compared afterwards, so sizes in it are only claims:
     * they must be checked against the length before memory is taken.
     *
     * @param code of the header
     * @param bodyBytes the body's length
     * @throws IllegalArgumentException if the body breaks a rule of its kind
     */
    T read(int code, long bodyBytes, DataInputStream in) throws IOException;
  }

  /** What a header says. */
  private record Header(int code, long bodyBytes) {}

  /**
   * Describes a kind of file.
   *
   * @param magic eight ASCII characters
   * @param kind what messages call it
   * @param version the one that is written and read, from 1
   */
  public FileFormat(String magic, String kind, int version) {
    this.magic = magic.getBytes(StandardCharsets.US_ASCII);
    this.kind = kind;
    this.version = version;
    if (this.magic.length != MAGIC_BYTES) {
      throw new IllegalArgumentException("magic is '" + magic + "', must have 8 ASCII characters");
    }
    if (version < 1 || version > 0xFFFF) {
      throw new IllegalArgumentException("version is " + version + ", must be in [1, 65535]");
    }
  }

  /** Returns the bytes of a file in memory. */
  public byte[] encode(int code, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(HEADER_BYTES + body.length);
    try {
      write(bytes, code, body.length, out -> out.write(body));
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a file in memory.
   *
   * @throws FileFormatException if it is not a whole file of this kind and version
   */
  public <T> T decode(byte[] file, BodyReader<T> reader) throws FileFormatException {
    try {
      return read(new ByteArrayInputStream(file), file.length, reader);
    } catch (FileFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  /**
   * Writes a file.
   *
   * @param out buffered here and flushed; not closed
   * @param bodyBytes how many bytes the body has
   * @throws IOException if the stream fails
   */
  public void write(OutputStream out, int code, long bodyBytes, BodyWriter writer)
      throws IOException {
    MessageDigest digest = Sha256.digest();
    BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
    DataOutputStream body = new DataOutputStream(new DigestOutputStream(buffered, digest));
    body.write(header(code, bodyBytes).array());
    Counted counted = new Counted(body);
    writer.write(new DataOutputStream(counted));
    if (counted.byteCount != bodyBytes) {
      throw new IllegalStateException(
          "the body of a " + kind + " has " + counted.byteCount + " bytes, not " + bodyBytes);
    }
    buffered.write(digest.digest());
    buffered.flush();
  }

  /**
   * Reads a file.
   *
   * @throws FileFormatException if it is not a whole file of this kind and version
   * @throws IOException if it cannot be read
   */
  public <T> T read(Path file, BodyReader<T> reader) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(new BufferedInputStream(in, BUFFER_BYTES), Files.size(file), reader);
    }
  }

  private <T> T read(InputStream in, long fileBytes, BodyReader<T> reader) throws IOException {
    MessageDigest digest = Sha256.digest();
    DataInputStream data = new DataInputStream(new DigestInputStream(in, digest));
    Header header = header(data.readNBytes(HEADER_BYTES));
    if (header.bodyBytes() == GROWING || header.bodyBytes() < 0) {
      throw new FileFormatException(Fault.HEADER, "its header is damaged: it states no length");
    }
    long excess = fileBytes - HEADER_BYTES - TRAILER_BYTES - header.bodyBytes();
    if (excess != 0) {
      throw new FileFormatException(
          excess < 0 ? Fault.TRUNCATED : Fault.TOO_LONG,
          "it has "
              + fileBytes
              + " bytes, its header says "
              + (HEADER_BYTES + TRAILER_BYTES + header.bodyBytes()));
    }
    T result = body(data, header, reader);
    byte[] expected = digest.digest();
    byte[] found = in.readNBytes(TRAILER_BYTES);
    if (!Arrays.equals(expected, found)) {
      throw new FileFormatException(Fault.CHECKSUM, "its checksum is wrong, the file is damaged");
    }
    return result;
  }

  private static <T> T body(DataInputStream data, Header header, BodyReader<T> reader)
      throws IOException {
    Limited limited = new Limited(data, header.bodyBytes());
    T result;
    try {
      result = reader.read(header.code(), header.bodyBytes(), new DataInputStream(limited));
    } catch (EOFException e) {
      throw new FileFormatException(Fault.CONTENT, "its content is longer than its body", e);
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(Fault.CONTENT, e.getMessage(), e);
    }
    if (limited.left != 0) {
      throw new FileFormatException(
          Fault.CONTENT, "its content ends " + limited.left + " bytes before its body");
    }
    return result;
  }

  /** Returns the header of a file that grows by records, ready to be written. */
  public ByteBuffer growingHeader(int code) {
    return header(code, GROWING);
  }

  /**
   * Reads the header of a file that grows by records; afterwards the buffer stands at the first.
   *
   * @return the header's code
   * @throws FileFormatException if it is not of this kind and version
   */
  public int readGrowingHeader(ByteBuffer file) throws FileFormatException {
    byte[] bytes = new byte[Math.min(HEADER_BYTES, file.remaining())];
    file.get(bytes);
    Header header = header(bytes);
    if (header.bodyBytes() != GROWING) {
      throw new FileFormatException(Fault.HEADER, "its header is damaged: it states a length");
    }
    return header.code();
  }

  private ByteBuffer header(int code, long bodyBytes) {
    if (code < 0 || code > 0xFFFF) {
      throw new IllegalArgumentException("code is " + code + ", must be in [0, 65535]");
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.put(magic).putShort((short) version).putShort((short) code).putLong(bodyBytes);
    header.putInt(CRC_OFFSET, crc32c(header.array(), 0, CRC_OFFSET));
    return header.rewind();
  }

  private Header header(byte[] bytes) throws FileFormatException {
    int present = Math.min(MAGIC_BYTES, bytes.length);
    if (!Arrays.equals(bytes, 0, present, magic, 0, present)) {
      throw new FileFormatException(Fault.OTHER_KIND, "it is no " + kind);
    }
    if (bytes.length < HEADER_BYTES) {
      throw new FileFormatException(
          Fault.TRUNCATED, "it is truncated: it has " + bytes.length + " bytes");
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes).position(MAGIC_BYTES);
    int found = Short.toUnsignedInt(fields.getShort());
    boolean intact = fields.getInt(CRC_OFFSET) == crc32c(bytes, 0, CRC_OFFSET);
    // Before version 2 not every kind had a checksum here.
    if (found < version && (intact || found > 0)) {
      throw new FileFormatException(
          Fault.TOO_OLD,
          "its version is " + found + ", older than " + version + ": write it again");
    }
    if (!intact) {
      throw new FileFormatException(Fault.HEADER, "its header is damaged");
    }
    if (found > version) {
      throw new FileFormatException(
          Fault.TOO_NEW,
          "its version is " + found + ", newer than " + version + ": use a newer program");
    }
    return new Header(Short.toUnsignedInt(fields.getShort()), fields.getLong());
  }

  /** Returns the CRC-32C of a part of an array. */
  public static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Counts what is written. */
  private static final class Counted extends OutputStream {
    private final OutputStream out;
    private long byteCount;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      byteCount++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      byteCount += length;
    }
  }

  /** Ends with the body. */
  private static final class Limited extends InputStream {
    private final InputStream in;
    private long left;

    Limited(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        return -1;
      }
      int value = in.read();
      left -= value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = in.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }
}
