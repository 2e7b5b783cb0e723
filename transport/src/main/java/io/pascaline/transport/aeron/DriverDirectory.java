package io.pascaline.transport.aeron;

import io.aeron.CommonContext;
import io.pascaline.transport.link.TransportException;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.agrona.IoUtil;

/**
 * Where an embedded driver keeps its log buffers: a directory that only its owner may enter, since
 * the buffers hold shares. Drivers that were killed leave theirs behind; the next one to start
 * removes those that no driver has kept alive for a while.
 */
final class DriverDirectory {
  private static final Logger LOGGER = System.getLogger(DriverDirectory.class.getName());
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "pascaline-";

  /** Below the owner-only directory, because the driver makes its own anew. */
  private static final String DRIVER = "driver";

  /** Less than this and a few links would fill shared memory, as in a container's default. */
  private static final long ENOUGH_SHARED_MEMORY_BYTES = 512L << 20;

  /** A driver shows a sign of life every second or so; a busy machine may delay it. */
  private static final long STALE_AFTER_MS = 60_000;

  private final Path directory;

  private DriverDirectory(final Path directory) {
    this.directory = directory;
  }

  /** Makes a new one, in shared memory if there is enough. */
  static DriverDirectory create() {
    final Path parent = parent();
    sweep(parent);
    final Path directory = parent.resolve(PREFIX + UUID.randomUUID());
    try {
      Files.createDirectory(directory, ownerOnly(parent));
    } catch (IOException e) {
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "cannot make the directory " + directory + ": check that its parent can be written",
          e);
    }
    return new DriverDirectory(directory);
  }

  /** Path for the driver and its clients. */
  String driverPath() {
    return directory.resolve(DRIVER).toString();
  }

  /** Removes it; the driver must be closed. */
  void delete() {
    IoUtil.delete(directory.toFile(), true);
  }

  private static Path parent() {
    try {
      if (Files.isWritable(SHARED_MEMORY)) {
        final FileStore store = Files.getFileStore(SHARED_MEMORY);
        if (store.getUsableSpace() >= ENOUGH_SHARED_MEMORY_BYTES) {
          return SHARED_MEMORY;
        }
      }
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot measure shared memory", e);
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static FileAttribute<?>[] ownerOnly(final Path parent) {
    if (!parent.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    final Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx------");
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  /** Removes what killed drivers left in a directory; what cannot be removed stays. */
  static void sweep(final Path parent) {
    final File[] candidates = parent.toFile().listFiles((dir, name) -> name.startsWith(PREFIX));
    if (candidates == null) {
      return;
    }
    final long nowMs = System.currentTimeMillis();
    for (final File candidate : candidates) {
      final File driver = new File(candidate, DRIVER);
      if (nowMs - candidate.lastModified() > STALE_AFTER_MS
          && !CommonContext.isDriverActive(driver, STALE_AFTER_MS, ignored -> {})) {
        IoUtil.delete(candidate, true);
      }
    }
  }
}
