// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.util.ByteString;

/** The files that a gateway serves as they are; read once. */
enum WebFiles {
  /** The page. */
  PAGE("index.html", ContentTypes.TEXT_HTML_UTF8),
  /** The JavaScript client. */
  CLIENT_SCRIPT("pascaline.js", script()),
  /** The page's script. */
  PAGE_SCRIPT("page.js", script()),
  /** The page's style. */
  PAGE_STYLE("page.css", style()),
  /** The OpenAPI document. */
  OPENAPI("openapi.json", ContentTypes.APPLICATION_JSON);

  private final ContentType contentType;
  private final ByteString bytes;

  WebFiles(String file, ContentType contentType) {
    this.contentType = contentType;
    try (InputStream in = WebFiles.class.getResourceAsStream("web/" + file)) {
      bytes = ByteString.fromArrayUnsafe(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ContentType script() {
    return MediaTypes.applicationWithFixedCharset("javascript", HttpCharsets.UTF_8).toContentType();
  }

  private static ContentType style() {
    return MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8);
  }

  ContentType contentType() {
    return contentType;
  }

  /** Returns the file. */
  ByteString bytes() {
    return bytes;
  }
}
