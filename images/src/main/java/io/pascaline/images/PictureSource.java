// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Pictures of their own files, decoded one by one when asked for. */
final class PictureSource implements ImageSource {
  private final String description;
  private final List<PictureFile> files;
  private final int[] labels;
  private final List<String> classNames;
  private final List<String> notes;
  private final PictureDecoder decoder;
  private final Closeable archive;

  /**
   * A source over pictures that have been found.
   *
   * @param description where they come from
   * @param classes the pictures by class, or in one class without a name
   * @param decoder decodes a picture
   * @param archive closed with this source
   */
  PictureSource(
      String description, PictureClasses classes, PictureDecoder decoder, Closeable archive) {
    this.description = description;
    this.files = classes.files();
    this.labels = classes.labels();
    this.classNames = classes.classNames();
    this.notes = classes.notes();
    this.decoder = decoder;
    this.archive = archive;
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public String name(int index) {
    return files.get(index).name();
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public byte[] samples(int index) {
    PictureFile file = files.get(index);
    return decoder.decode(file.bytes(), description.isEmpty() ? file.name() : qualified(file));
  }

  /** Size of the first picture; grey if all of these are. */
  InputSize sizeOfFirst() {
    InputSize first = PictureDecoder.sizeOf(files.get(0).bytes(), qualified(files.get(0)));
    int channels = first.channels();
    for (int i = 1; i < files.size() && channels == 1; i++) {
      channels = PictureDecoder.sizeOf(files.get(i).bytes(), qualified(files.get(i))).channels();
    }
    return new InputSize(channels, first.height(), first.width());
  }

  private String qualified(PictureFile file) {
    return description + "/" + file.name();
  }

  @Override
  public String describe() {
    return description.isEmpty()
        ? files.size() + (files.size() == 1 ? " picture file" : " picture files")
        : description;
  }

  @Override
  public void close() {
    try {
      archive.close();
    } catch (IOException e) {
      throw new DataFault(
          description + " cannot be closed (" + e.getMessage() + ")", "check the disk", e);
    }
  }
}
