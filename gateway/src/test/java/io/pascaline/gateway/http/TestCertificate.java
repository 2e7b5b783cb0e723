// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A fresh self-signed certificate of {@code localhost}, made by the JDK's keytool. */
public final class TestCertificate {
  private static final String PASSWORD = "password";
  private static final long TIMEOUT_S = 60;

  private final Certificate certificate;
  private final byte[] key;

  /**
   * Makes one.
   *
   * @param folder an empty place
   * @param algorithm RSA, EC or Ed25519
   */
  public TestCertificate(Path folder, String algorithm) throws Exception {
    Path store = Files.createTempFile(folder, "store", ".p12");
    Files.delete(store);
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-keyalg",
                    algorithm,
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(TIMEOUT_S, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IllegalStateException("keytool failed: " + output);
    }
    KeyStore read = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      read.load(in, PASSWORD.toCharArray());
    }
    certificate = read.getCertificate("server");
    key = read.getKey("server", PASSWORD.toCharArray()).getEncoded();
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

  /** Returns what trusts this certificate alone. */
  public SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
