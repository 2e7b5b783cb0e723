// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.List;

/** A set whose files do not name its classes, with the names that its authors give. */
record NamedImages(ImageSet images, List<String> classNames) implements ImageSet {
  NamedImages {
    classNames = List.copyOf(classNames);
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public int classCount() {
    return classNames.size();
  }

  @Override
  public int channels() {
    return images.channels();
  }

  @Override
  public int height() {
    return images.height();
  }

  @Override
  public int width() {
    return images.width();
  }

  @Override
  public void pixels(int index, byte[] target) {
    images.pixels(index, target);
  }
}
