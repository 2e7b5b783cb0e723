// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads the IDX format of the MNIST family: a big-endian header (two zero bytes, the element type,
 * the number of dimensions, the dimensions as 32-bit words) and the elements. Only unsigned bytes
 * (type 8) are taken. Plain and gzip streams are told apart by their first bytes.
 */
public final class IdxReader {
  private static final int UNSIGNED_BYTES = 0x08;
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_ITEMS = 10_000_000;
  private static final int BUFFER_LENGTH = 1 << 16;
  private static final String REMEDY = "download the file again, or check that it is an IDX file";

  private IdxReader() {}

  /**
   * Items of one IDX file, each of the same length.
   *
   * @param itemDims dimensions of one item; empty for labels
   * @param items elements of the items that were read
   * @param declaredCount number of items that the header promises
   */
  public record Items(int[] itemDims, byte[][] items, int declaredCount) {}

  /**
   * Reads up to {@code limit} items; what follows them is not read.
   *
   * @param raw the file, closed by the caller
   * @param name the file's name for errors
   * @param limit most items to read, at least 1
   * @param maxItemLength most bytes that one item may have
   * @return the items
   * @throws DataFault if the stream is no IDX file, truncated or over a limit
   */
  public static Items read(InputStream raw, String name, int limit, long maxItemLength) {
    try (DataInputStream in = new DataInputStream(unzipped(raw))) {
      int magic = in.readInt();
      int rank = magic & 0xff;
      if (magic >>> 16 != 0 || rank < 1 || rank > MAX_DIMENSIONS) {
        throw new DataFault(name + " is not an IDX file", REMEDY);
      }
      if ((magic >>> 8 & 0xff) != UNSIGNED_BYTES) {
        throw new DataFault(
            name + " holds elements of IDX type " + (magic >>> 8 & 0xff),
            "write it with unsigned bytes (type 8)");
      }
      int declaredCount = dimension(in, name, MAX_ITEMS);
      int[] itemDims = new int[rank - 1];
      long itemLength = 1;
      for (int i = 0; i < itemDims.length; i++) {
        itemDims[i] = dimension(in, name, Integer.MAX_VALUE);
        itemLength *= itemDims[i];
        if (itemLength > maxItemLength) {
          throw new DataFault(
              name + " declares items of more than " + maxItemLength + " bytes", REMEDY);
        }
      }
      int count = Math.min(limit, declaredCount);
      byte[][] items = new byte[Math.min(count, BUFFER_LENGTH)][];
      for (int i = 0; i < count; i++) {
        if (i == items.length) {
          // Grown as items really arrive: the header alone must not decide how much is allocated.
          items = Arrays.copyOf(items, Math.min(count, 2 * items.length));
        }
        byte[] item = in.readNBytes((int) itemLength);
        if (item.length < itemLength) {
          throw truncated(name, i, declaredCount);
        }
        items[i] = item;
      }
      // Reading on to the end makes a gzip stream check its checksum.
      if (count == declaredCount && in.read() >= 0) {
        throw new DataFault(name + " holds more than its header declares", REMEDY);
      }
      return new Items(itemDims, items, declaredCount);
    } catch (EOFException e) {
      throw new DataFault(name + " is truncated", REMEDY, e);
    } catch (ZipException e) {
      throw new DataFault(name + " is a corrupt gzip file", REMEDY, e);
    } catch (IOException e) {
      throw new DataFault(
          name + " cannot be read (" + e.getMessage() + ")", "check its permissions and disk", e);
    }
  }

  private static InputStream unzipped(InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, BUFFER_LENGTH);
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(in, BUFFER_LENGTH) : in;
  }

  private static int dimension(DataInputStream in, String name, int max) throws IOException {
    int dimension = in.readInt();
    if (dimension < 1 || dimension > max) {
      throw new DataFault(
          name + " declares a dimension of " + Integer.toUnsignedString(dimension), REMEDY);
    }
    return dimension;
  }

  private static DataFault truncated(String name, int found, int declared) {
    return new DataFault(
        name + " is truncated: " + declared + " items declared, " + found + " there", REMEDY);
  }
}
