// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A fresh self-signed certificate, which is its own authority, made by the JDK's keytool. */
final class NodeCertificate {
  private static final String PASSWORD = "password";

  private NodeCertificate() {}

  /** Writes key and certificate into a folder. */
  static ClusterSettings.TlsFiles write(Path folder, String subject) throws Exception {
    Files.createDirectories(folder);
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "node",
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-dname",
                    "CN=" + subject,
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IllegalStateException("keytool failed: " + output);
    }
    KeyStore read = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      read.load(in, PASSWORD.toCharArray());
    }
    Path certificate = folder.resolve("node.pem");
    Path key = folder.resolve("node.key");
    pem(certificate, "CERTIFICATE", read.getCertificate("node").getEncoded());
    pem(key, "PRIVATE KEY", read.getKey("node", PASSWORD.toCharArray()).getEncoded());
    return new ClusterSettings.TlsFiles(key, certificate, certificate);
  }

  private static void pem(Path file, String kind, byte[] encoded) throws IOException {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
  }
}
