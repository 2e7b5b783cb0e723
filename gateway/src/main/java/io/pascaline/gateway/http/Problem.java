// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Why a request got no answer, as a problem document (RFC 9457). Its texts are fixed ones of this
 * program: nothing of the request, of a secret or of a fault inside is in them. Immutable.
 *
 * @param status the HTTP status
 * @param code what happened, for programs: the last part of the document's type
 * @param detail what happened and what to do, in one line for people
 * @param retryAfterMs after how long to try again; 0 says nothing about it
 * @param closes whether the connection is closed, because the rest of the request is not read
 * @param headers further headers
 */
public record Problem(
    int status,
    String code,
    String detail,
    long retryAfterMs,
    boolean closes,
    List<HttpHeader> headers) {
  /** What the types of problems start with. */
  public static final String TYPE = "urn:pascaline:problem:";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ContentType CONTENT_TYPE =
      MediaTypes.applicationWithFixedCharset("problem+json", HttpCharsets.UTF_8).toContentType();

  /** Copies the headers. */
  public Problem {
    headers = List.copyOf(headers);
  }

  /** Returns a problem that asks for nothing further. */
  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, 0, false, List.of());
  }

  /** Returns the same with a time after which to try again. */
  public Problem retryAfterMs(long timeMs) {
    return new Problem(status, code, detail, timeMs, closes, headers);
  }

  /** Returns the same, after which the connection is closed. */
  public Problem closing() {
    return new Problem(status, code, detail, retryAfterMs, true, headers);
  }

  /** Returns the same with a further header. */
  public Problem header(String name, String value) {
    List<HttpHeader> more = new ArrayList<>(headers);
    more.add(RawHeader.create(name, value));
    return new Problem(status, code, detail, retryAfterMs, closes, more);
  }

  /** Returns the response. */
  public HttpResponse response() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", TYPE + code);
    document.put("title", code.replace('-', ' '));
    document.put("status", status);
    document.put("detail", detail);
    HttpResponse response =
        HttpResponse.create().withStatus(status).addHeaders(headers).addHeader(noStore());
    if (retryAfterMs > 0) {
      document.put("retryAfterMs", retryAfterMs);
      long seconds = (retryAfterMs + 999) / 1000;
      response = response.addHeader(RawHeader.create("Retry-After", Long.toString(seconds)));
    }
    if (closes) {
      response = response.addHeader(Connection.create("close"));
    }
    try {
      return response.withEntity(
          HttpEntities.create(CONTENT_TYPE, JSON.writeValueAsBytes(document)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts and numbers has a JSON form", e);
    }
  }

  private static HttpHeader noStore() {
    return RawHeader.create("Cache-Control", "no-store");
  }
}
