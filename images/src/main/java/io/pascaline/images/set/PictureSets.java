// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Decodes folders and zip archives of class folders, once and on all cores, into memory. */
final class PictureSets {
  private PictureSets() {}

  /**
   * Decodes all pictures.
   *
   * @param path folder or zip of class folders with pictures
   * @param size of every picture; null for that of the first ones
   * @param classNames by which the folders are numbered; empty to number them by name
   * @throws DataFault naming the picture that is damaged or of another size
   */
  static ImageSet load(Path path, InputSize size, List<String> classNames) {
    InputSize found = size == null ? ImageOpener.pictureSize(path) : size;
    ImageOpener opener = new ImageOpener(found, null, Integer.MAX_VALUE, false, classNames);
    try (ImageSource source = opener.open(List.of(path))) {
      int[] labels = new int[source.count()];
      int classCount = Math.max(classNames.size(), source.classNames().size());
      for (int i = 0; i < labels.length; i++) {
        labels[i] = source.label(i);
        if (labels[i] == ImageSource.NO_LABEL) {
          throw new DataFault(
              path + " holds pictures but no class folders",
              "sort the pictures into one folder for each class");
        }
        classCount = Math.max(classCount, labels[i] + 1);
      }
      if (!classNames.isEmpty()
          && (!source.classNames().isEmpty() || classCount > classNames.size())) {
        throw new DataFault(
            path + " holds other class folders than " + classNames,
            "give training and test images the same class folders");
      }
      byte[][] images = new byte[labels.length][];
      // Reading from a zip is one thread's at a time, but decoding is most of the work.
      IntStream.range(0, images.length).parallel().forEach(i -> images[i] = source.samples(i));
      List<String> names = classNames.isEmpty() ? source.classNames() : classNames;
      return ByteImages.owning(
          found.channels(), found.height(), found.width(), images, labels, classCount, names);
    }
  }
}
