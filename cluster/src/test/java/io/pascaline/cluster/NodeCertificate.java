// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.testsupport.SelfSignedCertificate;
import java.nio.file.Files;
import java.nio.file.Path;

/** A fresh certificate of a node, which is its own authority. */
final class NodeCertificate {
  private NodeCertificate() {}

  /** Writes key and certificate into a folder. */
  static ClusterSettings.TlsFiles write(Path folder, String subject) throws Exception {
    Files.createDirectories(folder);
    SelfSignedCertificate made =
        SelfSignedCertificate.make(folder, "RSA", subject, "-keysize", "2048");
    Path certificate = folder.resolve("node.pem");
    Path key = folder.resolve("node.key");
    made.writeChain(certificate);
    made.writeKey(key);
    return new ClusterSettings.TlsFiles(key, certificate, certificate);
  }
}
