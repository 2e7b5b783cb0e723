// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Path;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class SchemaTest {
  private static final String SCHEMA = "/io/pascaline/transport/pascaline.xml";

  @Test
  void shouldBeValid() throws Exception {
    Path xsd = Path.of("target", "sbe-xsd", "fpl", "sbe.xsd");
    Schema schema =
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(xsd.toFile());

    try (InputStream xml = SchemaTest.class.getResourceAsStream(SCHEMA)) {
      assertNotNull(xml);
      assertDoesNotThrow(() -> schema.newValidator().validate(new StreamSource(xml)));
    }
  }

  @Test
  void shouldDescribeEverything() throws Exception {
    try (InputStream xml = SchemaTest.class.getResourceAsStream(SCHEMA)) {
      NodeList all =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(xml)
              .getElementsByTagName("*");
      for (int i = 0; i < all.getLength(); i++) {
        Element element = (Element) all.item(i);
        assertTrue(
            "types".equals(element.getTagName()) || !element.getAttribute("description").isBlank(),
            element.getTagName() + " " + element.getAttribute("name"));
      }
    }
  }
}
