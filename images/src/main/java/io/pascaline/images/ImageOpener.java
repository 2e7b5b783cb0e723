// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Opens the files that the user named as images. The content of a file decides its kind, not its
 * name.
 *
 * @param size what the model takes
 * @param labels a label file for an IDX image file, or null
 * @param limit most images to open
 * @param resize whether pictures of another size are scaled instead of refused
 * @param classLabels the model's classes in order, by which class folders are numbered; empty if it
 *     names none
 */
public record ImageOpener(
    InputSize size, Path labels, int limit, boolean resize, List<String> classLabels) {
  private static final int MAX_DEPTH = 16;
  private static final int SAMPLED_PICTURES = 32;
  private static final String DOS_CODE_PAGE = "IBM437";
  private static final Closeable NOTHING = () -> {};

  /** An opener for a model that names no classes. */
  public ImageOpener(InputSize size, Path labels, int limit, boolean resize) {
    this(size, labels, limit, resize, List.of());
  }

  /**
   * Opens images.
   *
   * @param paths one IDX file, folder or zip archive, or any number of picture files
   * @return the source, closed by the caller
   * @throws DataFault if a path is missing, of no known kind or holds no images
   */
  public ImageSource open(List<Path> paths) {
    if (paths.size() == 1) {
      return openOne(paths.get(0));
    }
    refuseLabels("several files");
    List<PictureFile> files = new ArrayList<>();
    for (Path path : paths) {
      if (kind(path) != Kind.PICTURE) {
        throw new DataFault(
            path + " is not a picture", "name one folder, zip or IDX file, or only picture files");
      }
      files.add(new PictureFile(path.toString(), () -> Files.newInputStream(path)));
    }
    return new PictureSource("", PictureClasses.unlabelled(files, limit), decoder(), NOTHING);
  }

  /**
   * Reads images and labels of an IDX pair from streams that the caller closes.
   *
   * @param images IDX images, plain or gzip
   * @param labels IDX labels, or null
   * @param description where they come from
   * @return the source
   */
  public ImageSource open(InputStream images, InputStream labels, String description) {
    return IdxImageSource.read(images, labels, description, size, limit);
  }

  /**
   * Returns the size of the pictures in a folder or archive, by the first of them; grey if a sample
   * of them is.
   *
   * @param path folder or zip archive
   * @return the size that the others must have too
   * @throws DataFault if there is no picture or the first is damaged
   */
  public static InputSize pictureSize(Path path) {
    ImageOpener opener = new ImageOpener(new InputSize(1, 1, 1), null, SAMPLED_PICTURES, false);
    try (ImageSource source = opener.openOne(path)) {
      if (source instanceof PictureSource pictures) {
        return pictures.sizeOfFirst();
      }
      throw new DataFault(path + " holds no pictures", "give a folder or zip of class folders");
    }
  }

  private enum Kind {
    FOLDER,
    ZIP,
    IDX,
    PICTURE
  }

  private ImageSource openOne(Path path) {
    Kind kind = kind(path);
    if (kind == Kind.IDX) {
      return IdxImageSource.open(path, labels, size, limit);
    }
    refuseLabels(path.toString());
    if (kind == Kind.FOLDER) {
      PictureFinder found = inFolder(path);
      PictureClasses classes =
          found.noted(PictureClasses.sort(found.pictures(), limit, classLabels, path.toString()));
      return new PictureSource(path.toString(), classes, decoder(), NOTHING);
    }
    if (kind == Kind.ZIP) {
      return openZip(path);
    }
    List<PictureFile> one =
        List.of(new PictureFile(path.toString(), () -> Files.newInputStream(path)));
    return new PictureSource("", PictureClasses.unlabelled(one, limit), decoder(), NOTHING);
  }

  private void refuseLabels(String images) {
    if (labels != null) {
      throw new DataFault(
          "--labels goes with an IDX image file, not with " + images,
          "sort the pictures into class folders instead");
    }
  }

  private PictureDecoder decoder() {
    return new PictureDecoder(size, resize);
  }

  private static Kind kind(Path path) {
    if (!Files.exists(path)) {
      throw DataFault.missingFile("image file", path);
    }
    if (Files.isDirectory(path)) {
      return Kind.FOLDER;
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(path)) {
      head = in.readNBytes(PictureKind.HEAD_LENGTH);
    } catch (IOException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
    if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] <= 6) {
      return Kind.ZIP;
    }
    // A picture that is not read is refused by its name when it is decoded.
    if (PictureKind.of(head).isPresent()) {
      return Kind.PICTURE;
    }
    boolean gzip = head.length >= 2 && head[0] == 0x1f && head[1] == (byte) 0x8b;
    boolean idx = head.length >= 2 && head[0] == 0 && head[1] == 0;
    if (gzip || idx) {
      return Kind.IDX;
    }
    throw new DataFault(
        path + " is not an image file that Pascaline reads",
        "give a picture (" + PictureKind.READ + "), an IDX file, or a folder or zip of pictures");
  }

  /** Symbolic links are followed, as class folders often are links to a data set elsewhere. */
  private static PictureFinder inFolder(Path folder) {
    PictureFinder found = new PictureFinder(folder);
    try (Stream<Path> walk = Files.walk(folder, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        String name = folder.relativize(path).toString().replace('\\', '/');
        if (Files.isRegularFile(path)) {
          found.add(name, () -> Files.newInputStream(path));
        } else if (!Files.exists(path) && !PictureFinder.isHidden(name)) {
          throw new DataFault(path + " is a broken link", "remove it, or restore its target");
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataFault(
          folder + " cannot be read (" + e.getMessage() + ")",
          e.getCause() instanceof FileSystemLoopException || e instanceof FileSystemLoopException
              ? "remove the link that leads back to its own folder"
              : "check its permissions",
          e);
    }
    return found;
  }

  private ImageSource openZip(Path path) {
    ZipFile zip = zipFile(path);
    try {
      PictureFinder found = new PictureFinder(path);
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.isDirectory()) {
          found.add(entry.getName().replace('\\', '/'), () -> zip.getInputStream(entry));
        }
      }
      PictureClasses classes =
          found.noted(
              PictureClasses.sort(
                  withoutWrapper(found.pictures()), limit, classLabels, path.toString()));
      return new PictureSource(path.toString(), classes, decoder(), zip);
    } catch (DataFault e) {
      closeQuietly(zip);
      throw e;
    }
  }

  /** Names that are not marked as UTF-8 are of the code page of DOS, as the format has it. */
  private static ZipFile zipFile(Path path) {
    try {
      return new ZipFile(path.toFile());
    } catch (IOException e) {
      try {
        return new ZipFile(path.toFile(), dosCharset());
      } catch (IOException stillCorrupt) {
        throw new DataFault(
            path + " is a corrupt zip archive (" + e.getMessage() + ")", "download it again", e);
      }
    }
  }

  private static Charset dosCharset() {
    return Charset.isSupported(DOS_CODE_PAGE)
        ? Charset.forName(DOS_CODE_PAGE)
        : StandardCharsets.ISO_8859_1;
  }

  /** Archives of a folder put that folder above everything; the classes are below it. */
  private static List<PictureFile> withoutWrapper(List<PictureFile> found) {
    if (found.isEmpty()) {
      return found;
    }
    String first = found.get(0).name();
    int slash = first.indexOf('/');
    String wrapper = slash < 0 ? "" : first.substring(0, slash + 1);
    boolean wrapped =
        slash > 0
            && found.stream()
                .allMatch(f -> f.name().startsWith(wrapper) && f.folder().length() > slash);
    if (!wrapped) {
      return found;
    }
    return found.stream()
        .map(f -> new PictureFile(f.name().substring(wrapper.length()), f.opener()))
        .toList();
  }

  private static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      throw new DataFault("a zip archive cannot be closed", "check the disk", e);
    }
  }
}
