// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.publication;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** A {@code pom.xml} of this repository, as it is written: nothing is inherited. */
final class Pom {
  /** The repository's root; tests run in their module's folder. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private final Path folder;
  private final Document document;

  private Pom(Path folder, Document document) {
    this.folder = folder;
    this.document = document;
  }

  /** Reads {@code pom.xml} of a folder, relative to the root. */
  static Pom read(String folder) throws Exception {
    Path path = ROOT.resolve(folder).normalize();
    return new Pom(
        path,
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(path.resolve("pom.xml").toFile()));
  }

  /** Returns the poms of all modules, in the order of the root. */
  static List<Pom> modules() throws Exception {
    List<Pom> modules = new ArrayList<>();
    for (String module : read("").all("/project/modules/module")) {
      modules.add(read(module));
    }
    return modules;
  }

  Path folder() {
    return folder;
  }

  String artifactId() {
    return text("/project/artifactId");
  }

  /** Returns the version, which a module has from its parent. */
  String version() {
    String own = text("/project/version");
    return own.isEmpty() ? text("/project/parent/version") : own;
  }

  boolean isPublished() {
    return !text("/project/properties/maven.deploy.skip").equals("true");
  }

  boolean hasJar() {
    return !text("/project/packaging").equals("pom");
  }

  /** Returns the text of the first element of a path; empty if there is none. */
  String text(String path) {
    List<String> found = all(path);
    return found.isEmpty() ? "" : found.get(0);
  }

  List<String> all(String path) {
    try {
      NodeList nodes =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(path, document, XPathConstants.NODESET);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < nodes.getLength(); i++) {
        texts.add(nodes.item(i).getTextContent().strip());
      }
      return texts;
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException("path " + path, e);
    }
  }
}
