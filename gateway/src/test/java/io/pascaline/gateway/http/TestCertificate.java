// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import io.pascaline.testsupport.SelfSignedCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A fresh self-signed certificate of {@code localhost}. */
public final class TestCertificate {
  private final SelfSignedCertificate made;

  /**
   * Makes one.
   *
   * @param folder an empty place
   * @param algorithm RSA, EC or Ed25519
   */
  public TestCertificate(Path folder, String algorithm) throws Exception {
    made =
        SelfSignedCertificate.make(
            folder, algorithm, "localhost", "-ext", "san=dns:localhost,ip:127.0.0.1");
  }

  /** Returns the certificate. */
  public Certificate certificate() {
    return made.certificate();
  }

  /** Writes the certificate in place of what is there, at once. */
  public void writeChain(Path file) throws IOException, GeneralSecurityException {
    made.writeChain(file);
  }

  /** Writes the key in place of what is there, at once. */
  public void writeKey(Path file) throws IOException {
    made.writeKey(file);
  }

  /** Returns what trusts this certificate alone. */
  public SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", made.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
