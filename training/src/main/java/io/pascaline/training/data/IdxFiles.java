package io.pascaline.training.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * Reads and writes the gzipped IDX files in which the MNIST family of data sets is published.
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
  private static final int MAX_ELEMENTS = 1 << 28;

  private IdxFiles() {}

  /**
   * Reads a pair of files.
   *
   * @throws IOException with the file's name if a file is missing, is no gzipped IDX file of the
   *     expected rank, is cut short or carries more bytes than its header says, or if the two
   *     differ in their number of images
   */
  public static IdxImages read(Path imagesFile, Path labelsFile) throws IOException {
    Array images = readArray(imagesFile, IMAGE_RANK);
    Array labels = readArray(labelsFile, LABEL_RANK);
    if (images.dims[0] != labels.dims[0]) {
      throw new IOException(
          imagesFile
              + " holds "
              + images.dims[0]
              + " images, but "
              + labelsFile
              + " holds "
              + labels.dims[0]
              + " labels");
    }
    return new IdxImages(images.dims[1], images.dims[2], images.elements, labels.elements);
  }

  /** Writes the pixels as a gzipped IDX file of rank 3; the same images give the same bytes. */
  public static void writeImages(IdxImages images, Path file) throws IOException {
    writeArray(file, images.pixels(), images.count(), images.height(), images.width());
  }

  /** Writes the labels as a gzipped IDX file of rank 1; the same labels give the same bytes. */
  public static void writeLabels(IdxImages images, Path file) throws IOException {
    writeArray(file, images.labels(), images.count());
  }

  private static Array readArray(Path file, int rank) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " does not exist");
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        DataInputStream in = new DataInputStream(new GZIPInputStream(raw, 1 << 16))) {
      int magic = in.readInt();
      if (magic != (UNSIGNED_BYTES | rank)) {
        throw new IOException(
            String.format(
                "%s starts with 0x%08x, not with 0x%08x (IDX of unsigned bytes, rank %d)",
                file, magic, UNSIGNED_BYTES | rank, rank));
      }
      int[] dims = new int[rank];
      long elementCount = 1;
      for (int i = 0; i < rank; i++) {
        dims[i] = in.readInt();
        if (dims[i] < 1 || dims[i] > MAX_ELEMENTS) {
          throw new IOException(file + " has " + dims[i] + " as dimension " + i);
        }
        elementCount *= dims[i];
        if (elementCount > MAX_ELEMENTS) {
          throw new IOException(file + " claims more than " + MAX_ELEMENTS + " bytes");
        }
      }
      byte[] elements = in.readNBytes((int) elementCount);
      if (elements.length < elementCount) {
        throw new IOException(
            file + " ends after " + elements.length + " of " + elementCount + " bytes");
      }
      if (in.read() >= 0) {
        throw new IOException(file + " goes on after its " + elementCount + " bytes");
      }
      return new Array(dims, elements);
    } catch (ZipException e) {
      throw new IOException(file + " is not a gzip file: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new IOException(file + " ends too early", e);
    }
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

  private record Array(int[] dims, byte[] elements) {}
}
