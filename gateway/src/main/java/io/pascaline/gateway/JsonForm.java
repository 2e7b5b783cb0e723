// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** Writes the JSON documents of answers. */
final class JsonForm {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonForm() {}

  /** Returns the UTF-8 bytes of a map of texts, numbers, lists and maps. */
  static ByteString of(Map<String, ?> form) {
    try {
      return ByteString.fromArrayUnsafe(JSON.writeValueAsBytes(form));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers have a JSON form", e);
    }
  }
}
