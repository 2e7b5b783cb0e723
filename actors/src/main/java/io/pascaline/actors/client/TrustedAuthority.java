// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.actors.text.OneLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads the authorities that sign a gateway's certificate, where the JDK does not know them. */
public final class TrustedAuthority {
  private TrustedAuthority() {}

  /**
   * Returns what trusts the certificates of a file, and no others.
   *
   * @param file certificates (PEM) of the authorities that sign a gateway's certificate, or the
   *     gateway's own one if it is self-signed
   * @throws IllegalArgumentException if it cannot be used; the message is one line
   */
  public static SSLContext read(Path file) {
    String name = "authority " + OneLine.of(file.toString());
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(name + " does not exist", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(name + " cannot be read", e);
    }
    try {
      return trusting(name, bytes);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(name + " is no certificate (PEM)", e);
    }
  }

  private static SSLContext trusting(String name, byte[] bytes)
      throws IOException, GeneralSecurityException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes));
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(name + " holds no certificate (PEM)");
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (Certificate certificate : certificates) {
      trusted.setCertificateEntry("authority" + trusted.size(), certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
