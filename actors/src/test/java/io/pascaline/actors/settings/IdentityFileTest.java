// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.transport.secure.PrivateIdentity;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFileTest {
  private static final String SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==";

  @TempDir private Path folder;

  @Test
  void shouldReadWhatItWrote() {
    PrivateIdentity one = make("one");
    PrivateIdentity other = make("other");

    PrivateIdentity read = IdentityFile.read(folder.resolve("one"));

    assertArrayEquals(one.seed(), read.seed());
    assertEquals(one.publicIdentity(), read.publicIdentity());
    assertNotEquals(one.publicIdentity(), other.publicIdentity());
  }

  @Test
  void shouldTakeALineThatAnEditorHasTouched() throws IOException {
    PrivateIdentity one = make("one");
    Path file = folder.resolve("one");
    Files.writeString(file, "\n " + Files.readString(file).strip() + "\r\n\n");

    assertArrayEquals(one.seed(), IdentityFile.read(file).seed());
  }

  @Test
  void shouldKeepTheIdentityFromOthers() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    make("one");
    Path file = folder.resolve("one");
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));

    for (String open : new String[] {"rw-r-----", "rw----r--", "rw--w----", "rwx------"}) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(open));
      assertFault(file, "identity file " + file, "chmod 600 " + file);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    IdentityFile.read(file);
  }

  @Test
  void shouldNotOverwriteAnIdentity() throws IOException {
    make("one");
    String before = Files.readString(folder.resolve("one"));

    SettingsFault fault = assertThrows(SettingsFault.class, () -> make("one"));

    assertTrue(fault.line().contains("exists already"), fault.line());
    assertEquals(before, Files.readString(folder.resolve("one")));
    assertTrue(
        assertThrows(SettingsFault.class, () -> make("no/such/folder")).line().contains("folder"));
    assertTrue(assertThrows(SettingsFault.class, () -> make(".")).line().contains("is a folder"));
  }

  @Test
  void shouldSayHowToMakeAnIdentityThatIsMissing() {
    assertFault(folder.resolve("none"), "does not exist", "pascaline keygen --identity");
    assertFault(folder, "does not exist", "pascaline keygen --identity");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pascaline-identity-1:",
        "pascaline-identity-2:" + SECRET,
        SECRET,
        "pascaline-identity-1:" + SECRET + SECRET,
        "pascaline-identity-1:not-base-64-but-secret!",
        "pascaline-identity-1:c2VjcmV0",
        "pascaline-identity-1: " + SECRET
      })
  void shouldNotTellTheContentsOfWhatIsNoIdentity(String text) throws IOException {
    make("one");
    Path file = Files.writeString(folder.resolve("one"), text);

    SettingsFault fault = assertFault(file, "identity file " + file + " holds no identity");

    assertFalse(fault.line().contains("secret") || fault.line().contains("c2Vj"), fault.line());
    assertFalse(fault.getCause() != null, "a cause could quote the text");
  }

  private PrivateIdentity make(String name) {
    return IdentityFile.generate(folder.resolve(name), new SecureRandom());
  }

  private static SettingsFault assertFault(Path file, String... parts) {
    SettingsFault fault = assertThrows(SettingsFault.class, () -> IdentityFile.read(file));
    for (String part : parts) {
      assertTrue(fault.line().contains(part), () -> "'" + part + "' is not in: " + fault.line());
    }
    return fault;
  }
}
