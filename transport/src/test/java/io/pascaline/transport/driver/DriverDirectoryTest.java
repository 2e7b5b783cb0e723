// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DriverDirectoryTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minusSeconds(3600));

  @Test
  void shouldLetNobodyButTheOwnerIn() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      Path directory = Path.of(driver.directory()).getParent();

      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }
  }

  @Test
  void shouldLeaveNothingBehindOnClose() {
    Path directory;
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      directory = Path.of(driver.directory()).getParent();
      assertTrue(Files.isDirectory(directory));
    }

    assertFalse(Files.exists(directory));
  }

  @Test
  void shouldSweepWhatKilledDriversLeftAndNothingElse(@TempDir Path parent) throws IOException {
    Path dead = leftOver(parent);
    Path young = Files.createDirectory(parent.resolve(DriverDirectory.newName()));
    Path foreign = old(Files.createDirectory(parent.resolve("somebody-else")));
    Path users = old(Files.createDirectory(parent.resolve("pascaline-models")));
    Path similar = old(Files.createDirectory(parent.resolve("pascaline-driver-notes")));

    DriverDirectory.sweep(parent, Files.getOwner(parent));

    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(young));
    assertTrue(Files.exists(foreign));
    assertTrue(Files.exists(users));
    assertTrue(Files.exists(similar));
  }

  @Test
  void shouldNotFollowLinksOutOfTheDirectory(@TempDir Path parent, @TempDir Path elsewhere)
      throws IOException {
    Path precious = Files.writeString(elsewhere.resolve("precious"), "not ours");
    old(elsewhere);
    Path posing = parent.resolve(DriverDirectory.newName());
    Files.createSymbolicLink(posing, elsewhere);
    Path dead = leftOver(parent);
    Files.createSymbolicLink(dead.resolve("driver").resolve("link"), elsewhere);
    old(dead);

    DriverDirectory.sweep(parent, Files.getOwner(parent));

    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(posing));
    assertTrue(Files.exists(precious));
  }

  @Test
  void shouldLeaveOtherUsersAlone(@TempDir Path parent) throws IOException {
    Path dead = leftOver(parent);

    DriverDirectory.sweep(parent, () -> "somebody else");

    assertTrue(Files.exists(dead));
  }

  /** Aeron itself waits for such a file to be completed, and then throws. */
  @Test
  @Timeout(30)
  void shouldSweepDriverThatWasKilledWhileItStarted(@TempDir Path parent) throws IOException {
    Path dead = leftOver(parent);
    Files.write(dead.resolve("driver").resolve("cnc.dat"), new byte[1 << 16]);
    old(dead);

    DriverDirectory.sweep(parent, Files.getOwner(parent));

    assertFalse(Files.exists(dead));
  }

  @Test
  void shouldLeaveDriversOfOtherReleasesAlone(@TempDir Path parent) throws IOException {
    Path other = leftOver(parent);
    byte[] unknownVersion = new byte[1 << 16];
    Arrays.fill(unknownVersion, (byte) 0x7F);
    Files.write(other.resolve("driver").resolve("cnc.dat"), unknownVersion);
    old(other);

    DriverDirectory.sweep(parent, Files.getOwner(parent));

    assertTrue(Files.exists(other));
  }

  @Test
  void shouldNotSweepADriverThatLives() throws IOException {
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      Path directory = Path.of(driver.directory()).getParent();
      old(directory);

      DriverDirectory.sweep(directory.getParent(), Files.getOwner(directory));

      assertTrue(Files.exists(Path.of(driver.directory())));
    }
  }

  private static Path leftOver(Path parent) throws IOException {
    Path dead = Files.createDirectory(parent.resolve(DriverDirectory.newName()));
    Files.createDirectory(dead.resolve("driver"));
    Files.writeString(dead.resolve("driver").resolve("log"), "left over");
    return old(dead);
  }

  private static Path old(Path directory) throws IOException {
    return Files.setLastModifiedTime(directory, LONG_AGO);
  }
}
