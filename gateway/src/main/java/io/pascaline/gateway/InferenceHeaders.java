// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.gateway.http.Problem;
import io.pascaline.transport.link.RequestId;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * What a client says of its input share beside the share.
 *
 * @param request the id that it drew, the same at both parties
 * @param planDigest the plan that it encoded and shared for, in hexadecimal digits
 * @param timeoutMs its deadline from now
 * @param cell the cell that party 0's gateway has assigned to it; empty if it names none
 */
record InferenceHeaders(RequestId request, String planDigest, long timeoutMs, String cell) {
  /** Names the request: 32 hexadecimal digits. */
  static final String REQUEST = "Pascaline-Request";

  /** Names the plan: 64 hexadecimal digits. */
  static final String PLAN = "Pascaline-Plan";

  /** Says the deadline in milliseconds; {@link #DEFAULT_TIMEOUT_MS} if it is absent. */
  static final String TIMEOUT = "Pascaline-Timeout-Ms";

  /** Names the cell of a request, at gateways that have cells. */
  static final String CELL = "Pascaline-Cell";

  /** Names a cell that has just failed the client, when it asks for another. */
  static final String AVOIDED_CELL = "Pascaline-Avoided-Cell";

  /** Names the cell for the client's next request, in an answer of party 0's gateway. */
  static final String NEXT_CELL = "Pascaline-Next-Cell";

  static final long DEFAULT_TIMEOUT_MS = 30_000;

  private static final Pattern REQUEST_FORM = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern PLAN_FORM = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern CELL_FORM = Pattern.compile("[A-Za-z0-9_-]{0,64}");
  private static final Pattern TIMEOUT_FORM = Pattern.compile("[1-9][0-9]{0,5}");

  /**
   * Reads a request's headers.
   *
   * @throws Refusal for one that is missing or wrong
   */
  static InferenceHeaders of(HttpRequest request) {
    String id = value(request, REQUEST, REQUEST_FORM, "32 hexadecimal digits", null);
    String plan = value(request, PLAN, PLAN_FORM, "64 hexadecimal digits", null);
    String timeout =
        value(
            request,
            TIMEOUT,
            TIMEOUT_FORM,
            "a number from 1 to " + PartyLimits.MAX_TIMEOUT_MS,
            Long.toString(DEFAULT_TIMEOUT_MS));
    if (Long.parseLong(timeout) > PartyLimits.MAX_TIMEOUT_MS) {
      throw malformed(TIMEOUT, "a number from 1 to " + PartyLimits.MAX_TIMEOUT_MS);
    }
    return new InferenceHeaders(
        new RequestId(
            Long.parseUnsignedLong(id.substring(0, 16), 16),
            Long.parseUnsignedLong(id.substring(16), 16)),
        plan,
        Long.parseLong(timeout),
        cell(request, CELL));
  }

  /**
   * Returns the cell that a header names; empty if it is absent.
   *
   * @throws Refusal if it is no name
   */
  static String cell(HttpRequest request, String header) {
    return value(request, header, CELL_FORM, "letters, digits and the characters - _", "");
  }

  private static String value(
      HttpRequest request, String name, Pattern form, String described, String otherwise) {
    String value = request.getHeader(name).map(HttpHeader::value).orElse(otherwise);
    if (value == null || !form.matcher(value).matches()) {
      throw malformed(name, described);
    }
    return value;
  }

  private static Refusal malformed(String name, String described) {
    return new Refusal(
        Problem.of(400, "malformed-request", "the header " + name + " must be " + described));
  }
}
