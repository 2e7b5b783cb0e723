// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.pascaline.transport.link.TransportException;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where an embedded driver keeps its log buffers: a directory that only its owner may enter, since
 * the buffers hold shares. Drivers that were killed leave theirs behind; the next one to start
 * removes those of the same user that no driver has kept alive for a while.
 *
 * <p>The parent is one that everybody may write to, so nothing there is believed: only directories
 * with a name, an owner and a type that this class gives are looked into, and no link is followed.
 */
final class DriverDirectory {
  private static final Logger LOGGER = System.getLogger(DriverDirectory.class.getName());
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "pascaline-driver-";
  private static final Pattern NAME =
      Pattern.compile(PREFIX + "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** Below the owner-only directory, because the driver makes its own anew. */
  private static final String DRIVER = "driver";

  /** Less than this and a few links would fill shared memory, as in a container's default. */
  private static final long ENOUGH_SHARED_MEMORY_BYTES = 512L << 20;

  /** A driver refreshes its file every second or so; a busy machine may delay it. */
  private static final long STALE_AFTER_MS = 60_000;

  private final Path directory;

  private DriverDirectory(Path directory) {
    this.directory = directory;
  }

  /** Makes a new one, in shared memory if there is enough. */
  static DriverDirectory create() {
    Path parent = parent();
    Path directory = parent.resolve(newName());
    try {
      Files.createDirectory(directory, ownerOnly(parent));
    } catch (IOException e) {
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "cannot make the directory " + directory + ": check that its parent can be written",
          e);
    }
    try {
      // The owner of what was just made is the user that this process runs as.
      UserPrincipal owner = Files.getOwner(directory);
      sweep(parent, owner);
      if (!parent.equals(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY)) {
        sweep(SHARED_MEMORY, owner); // What was left there may be why there is no room.
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot look for what killed drivers left", e);
    }
    return new DriverDirectory(directory);
  }

  /** Returns a name that no other driver has. */
  static String newName() {
    return PREFIX + UUID.randomUUID();
  }

  /** Path for the driver and its clients. */
  String driverPath() {
    return directory.resolve(DRIVER).toString();
  }

  /** Removes it; the driver must be closed. */
  void delete() {
    deleteTree(directory);
  }

  private static Path parent() {
    try {
      if (Files.isWritable(SHARED_MEMORY)) {
        FileStore store = Files.getFileStore(SHARED_MEMORY);
        if (store.getUsableSpace() >= ENOUGH_SHARED_MEMORY_BYTES) {
          return SHARED_MEMORY;
        }
      }
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot measure shared memory", e);
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static FileAttribute<?>[] ownerOnly(Path parent) {
    if (!parent.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx------");
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  /** Removes what killed drivers of a user left in a directory; what cannot be removed stays. */
  static void sweep(Path parent, UserPrincipal owner) {
    try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path candidate : candidates) {
        sweepOne(candidate, owner);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot list " + parent, e);
    }
  }

  private static void sweepOne(Path candidate, UserPrincipal owner) {
    try {
      if (NAME.matcher(candidate.getFileName().toString()).matches()
          && Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)
          && owner.equals(Files.getOwner(candidate, LinkOption.NOFOLLOW_LINKS))
          && isStale(candidate)) {
        deleteTree(candidate);
      }
    } catch (IOException | RuntimeException e) {
      // A driver of another release, or one that another process is removing: not ours to judge.
      LOGGER.log(Logger.Level.DEBUG, "cannot tell whether " + candidate + " is in use", e);
    }
  }

  private static boolean isStale(Path candidate) throws IOException {
    long madeMs = Files.getLastModifiedTime(candidate, LinkOption.NOFOLLOW_LINKS).toMillis();
    if (System.currentTimeMillis() - madeMs <= STALE_AFTER_MS) {
      return false;
    }
    Path driver = candidate.resolve(DRIVER);
    return !hasStarted(driver)
        || !CommonContext.isDriverActive(driver.toFile(), STALE_AFTER_MS, ignored -> {});
  }

  /**
   * Returns whether a driver got so far as to sign its file; Aeron would wait for one that never
   * did.
   */
  private static boolean hasStarted(Path driver) throws IOException {
    Path file = driver.resolve(CncFileDescriptor.CNC_FILE);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) < CncFileDescriptor.END_OF_METADATA_OFFSET) {
      return false;
    }
    try (DataInputStream head = new DataInputStream(Files.newInputStream(file))) {
      return head.readInt() != 0;
    }
  }

  private static void deleteTree(Path root) {
    try {
      Files.walkFileTree(root, new Deletion());
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot remove " + root, e);
    }
  }

  /** Removes all that it can, and links instead of what they lead to. */
  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return delete(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException fault) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, IOException faultOrNull) {
      return delete(visited);
    }

    private static FileVisitResult delete(Path path) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LOGGER.log(Logger.Level.DEBUG, "cannot remove " + path, e);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
