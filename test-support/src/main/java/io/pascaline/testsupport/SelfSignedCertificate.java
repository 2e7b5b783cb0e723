// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A fresh certificate, which is its own authority, and its key, made by the JDK's keytool. */
public final class SelfSignedCertificate {
  private static final String ALIAS = "one";
  private static final String PASSWORD = "password";
  private static final long TIMEOUT_S = 60;

  private final Certificate certificate;
  private final byte[] key;

  private SelfSignedCertificate(Certificate certificate, byte[] key) {
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Makes one.
   *
   * @param folder for a store of keys
   * @param algorithm RSA, EC or Ed25519
   * @param subject its common name
   * @param options further ones of keytool
   */
  public static SelfSignedCertificate make(
      Path folder, String algorithm, String subject, String... options)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path store = Files.createTempFile(folder, "store", ".p12");
    Files.delete(store);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + subject,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(List.of(options));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(TIMEOUT_S, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IllegalStateException("keytool failed: " + output);
    }
    KeyStore read = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      read.load(in, PASSWORD.toCharArray());
    }
    return new SelfSignedCertificate(
        read.getCertificate(ALIAS), read.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
  }

  /** Returns the certificate. */
  public Certificate certificate() {
    return certificate;
  }

  /** Writes the certificate in place of what is there, at once. */
  public void writeChain(Path file) throws IOException, GeneralSecurityException {
    replace(file, "CERTIFICATE", certificate.getEncoded());
  }

  /** Writes the key in place of what is there, at once. */
  public void writeKey(Path file) throws IOException {
    replace(file, "PRIVATE KEY", key);
  }

  private static void replace(Path file, String kind, byte[] encoded) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    Files.writeString(
        next, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
    next.toFile().setReadable(false, false);
    next.toFile().setReadable(true, true);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
