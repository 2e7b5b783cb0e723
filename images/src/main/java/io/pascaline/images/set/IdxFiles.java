// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;
import io.pascaline.images.IdxReader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * Pairs of IDX files, in which the MNIST family of data sets is published; written gzipped.
 *
 * <pre>
 *   0  0x00 0x00 0x08 rank      magic: unsigned bytes, number of dimensions
 *   4  rank x int32 big-endian  dimensions
 *   .. unsigned bytes           row-major
 * </pre>
 *
 * <p>Source of the layout: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
 * digits".
 */
public final class IdxFiles {
  private static final int UNSIGNED_BYTES = 0x0800;
  private static final int IMAGE_RANK = 3;
  private static final int LABEL_RANK = 1;
  private static final int MAX_IMAGE_BYTES = 1 << 26;
  private static final int MAX_BYTES = 1 << 30;

  private IdxFiles() {}

  /**
   * Reads a pair of files.
   *
   * @throws DataFault with the file's name if a file is missing, is no IDX file of the expected
   *     rank, is cut short or carries more bytes than its header says, or if the two differ in
   *     their number of images
   */
  public static IdxImages read(Path imagesFile, Path labelsFile) throws IOException {
    IdxReader.Items images = items(imagesFile, IMAGE_RANK, MAX_IMAGE_BYTES);
    IdxReader.Items labels = items(labelsFile, LABEL_RANK, 1);
    if (images.declaredCount() != labels.declaredCount()) {
      throw new DataFault(
          imagesFile
              + " holds "
              + images.declaredCount()
              + " images, but "
              + labelsFile
              + " holds "
              + labels.declaredCount()
              + " labels",
          "give files that belong together");
    }
    int[] size = images.itemDims();
    return new IdxImages(size[0], size[1], joined(images, imagesFile), joined(labels, labelsFile));
  }

  private static IdxReader.Items items(Path file, int rank, int maxItemBytes) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw DataFault.missingFile("IDX file", file);
    }
    try (InputStream in = Files.newInputStream(file)) {
      IdxReader.Items items = IdxReader.read(in, file.toString(), Integer.MAX_VALUE, maxItemBytes);
      if (items.itemDims().length + 1 != rank) {
        throw new DataFault(
            file + " has " + (items.itemDims().length + 1) + " dimensions, not " + rank,
            "give images-idx3 and labels-idx1 in this order");
      }
      return items;
    }
  }

  private static byte[] joined(IdxReader.Items items, Path file) {
    int length = items.items().length == 0 ? 0 : items.items()[0].length;
    if ((long) length * items.items().length > MAX_BYTES) {
      throw new DataFault(file + " holds more than " + MAX_BYTES + " bytes", "split it");
    }
    byte[] joined = new byte[length * items.items().length];
    for (int i = 0; i < items.items().length; i++) {
      System.arraycopy(items.items()[i], 0, joined, i * length, length);
    }
    return joined;
  }

  /** Writes the pixels as a gzipped IDX file of rank 3; the same images give the same bytes. */
  public static void writeImages(IdxImages images, Path file) throws IOException {
    writeArray(file, images.pixels(), images.count(), images.height(), images.width());
  }

  /** Writes the labels as a gzipped IDX file of rank 1; the same labels give the same bytes. */
  public static void writeLabels(IdxImages images, Path file) throws IOException {
    writeArray(file, images.labels(), images.count());
  }

  private static void writeArray(Path file, byte[] elements, int... dims) throws IOException {
    try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file));
        DataOutputStream out = new DataOutputStream(new GZIPOutputStream(raw))) {
      out.writeInt(UNSIGNED_BYTES | dims.length);
      for (int dim : dims) {
        out.writeInt(dim);
      }
      out.write(elements);
    }
  }
}
