package io.pascaline.transport.aeron;

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
      final Path directory = Path.of(driver.directory()).getParent();

      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }
  }

  @Test
  void shouldLeaveNothingBehindOnClose() {
    final Path directory;
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      directory = Path.of(driver.directory()).getParent();
      assertTrue(Files.isDirectory(directory));
    }

    assertFalse(Files.exists(directory));
  }

  @Test
  void shouldSweepWhatKilledDriversLeftAndNothingElse(@TempDir final Path parent)
      throws IOException {
    final Path dead = Files.createDirectory(parent.resolve("pascaline-dead"));
    Files.createDirectory(dead.resolve("driver"));
    Files.writeString(dead.resolve("driver").resolve("log"), "left over");
    final Path young = Files.createDirectory(parent.resolve("pascaline-young"));
    final Path foreign = Files.createDirectory(parent.resolve("somebody-else"));
    Files.setLastModifiedTime(dead, LONG_AGO);
    Files.setLastModifiedTime(foreign, LONG_AGO);

    DriverDirectory.sweep(parent);

    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(young));
    assertTrue(Files.exists(foreign));
  }

  @Test
  void shouldNotSweepADriverThatLives() throws IOException {
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      final Path directory = Path.of(driver.directory()).getParent();
      Files.setLastModifiedTime(directory, LONG_AGO);

      DriverDirectory.sweep(directory.getParent());

      assertTrue(Files.exists(Path.of(driver.directory())));
    }
  }
}
