// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * A server's certificate chain and private key in PEM files, read again when they change. New
 * connections use the new ones; files that cannot be used then change nothing. Thread-safe.
 */
public final class ServerCertificate implements Supplier<SSLEngine> {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  static {
    // The JDK knows no other way to refuse TLS 1.2 clients that shake hands again and again, and
    // reads this once for the whole process, with the first connection that it serves.
    String refusal = "jdk.tls.rejectClientInitiatedRenegotiation";
    if (System.getProperty(refusal) == null) {
      System.setProperty(refusal, "true");
    }
  }

  private final Path chain;
  private final Path key;
  private final WatchedFiles watched;
  private volatile SSLContext context;

  private ServerCertificate(Path chain, Path key) {
    this.chain = chain;
    this.key = key;
    watched = new WatchedFiles(List.of(chain, key));
    context = read();
  }

  /**
   * Reads the files.
   *
   * @param chain the server's certificate and those that lead to a root, PEM
   * @param key the private key, PKCS#8 in PEM, without a password
   * @throws IllegalArgumentException if they cannot be used, or if the key is open to others; the
   *     message says why
   */
  public static ServerCertificate open(Path chain, Path key) {
    return new ServerCertificate(chain, key);
  }

  /**
   * Reads the files again if they have changed.
   *
   * @return whether they have
   * @throws IllegalArgumentException if they cannot be used; the former ones hold
   */
  public boolean reloadIfChanged() {
    if (!watched.hasChanged()) {
      return false;
    }
    context = read();
    watched.markRead();
    return true;
  }

  /** Returns the server's end of a new connection: TLS 1.2 or later, with forward secrecy. */
  @Override
  public SSLEngine get() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setEnabledCipherSuites(
        Arrays.stream(engine.getEnabledCipherSuites())
            .filter(ServerCertificate::isModern)
            .toArray(String[]::new));
    return engine;
  }

  private static boolean isModern(String suite) {
    boolean authenticated = suite.contains("_GCM_") || suite.contains("_CHACHA20_");
    boolean ofTls13 = suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_");
    return authenticated && (ofTls13 || suite.startsWith("TLS_ECDHE_"));
  }

  private SSLContext read() {
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(chain)));
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("certificate " + chain + " holds none (PEM)");
      }
      Certificate[] path = certificates.toArray(new Certificate[0]);
      PrivateKey secret = privateKey();
      if (!belongsTo(secret, path[0].getPublicKey())) {
        throw new IllegalArgumentException(
            "private key " + key + " does not belong to the first certificate of " + chain);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      char[] inMemory = "in memory".toCharArray();
      store.setKeyEntry("server", secret, inMemory, path);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, inMemory);
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(keys.getKeyManagers(), null, null);
      return made;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "certificate " + chain + " cannot be used (" + e.getMessage() + ")", e);
    }
  }

  /** Returns whether a key is that of a certificate: one file may be replaced before the other. */
  private static boolean belongsTo(PrivateKey secret, PublicKey shown)
      throws GeneralSecurityException {
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    if (!secret.getAlgorithm().equals(shown.getAlgorithm())) {
      return false;
    }
    byte[] text = "pascaline".getBytes(StandardCharsets.US_ASCII);
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(secret);
    signer.update(text);
    byte[] signature = signer.sign();
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(shown);
    verifier.update(text);
    return verifier.verify(signature);
  }

  private PrivateKey privateKey() throws IOException, GeneralSecurityException {
    FileRights.requireSecret("private key", key);
    String text = Files.readString(key, StandardCharsets.US_ASCII);
    Matcher pem = KEY.matcher(text);
    if (!pem.find()) {
      throw new IllegalArgumentException(
          "private key "
              + key
              + " is not PKCS#8 in PEM without a password: convert it with"
              + " 'openssl pkcs8 -topk8 -nocrypt'");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
    try {
      for (String algorithm : KEY_ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (InvalidKeySpecException other) {
          // Of another algorithm.
        }
      }
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
    throw new IllegalArgumentException(
        "private key " + key + " is of none of the kinds " + KEY_ALGORITHMS);
  }
}
