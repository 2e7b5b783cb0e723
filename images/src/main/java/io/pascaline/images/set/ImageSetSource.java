// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import java.util.List;

/** An image set where images are wanted one by one. */
final class ImageSetSource implements ImageSource {
  private final ImageSet images;
  private final String description;

  /**
   * A source.
   *
   * @param images the set
   * @param description where it comes from
   * @param size what the model takes
   * @throws DataFault if the images are of another size
   */
  ImageSetSource(ImageSet images, String description, InputSize size) {
    InputSize found = new InputSize(images.channels(), images.height(), images.width());
    if (!found.equals(size)) {
      throw new DataFault(
          description
              + " holds images of "
              + found.describe()
              + " but the model takes "
              + size.describe(),
          "give a model for this size, or images of the model's size");
    }
    this.images = images;
    this.description = description;
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public String name(int index) {
    return "#" + index;
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public List<String> classNames() {
    return images.classNames();
  }

  @Override
  public byte[] samples(int index) {
    byte[] samples = new byte[images.sampleCount()];
    images.pixels(index, samples);
    return samples;
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    // Everything is in memory.
  }
}
