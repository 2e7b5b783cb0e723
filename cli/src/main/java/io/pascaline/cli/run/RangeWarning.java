// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.layers.plan.RangeViolation;

/**
 * An image whose input or answer is out of the plan's range, so that the answer may be wrong.
 *
 * @param image its index
 * @param name its file's name, or what else the source calls it
 * @param violation what is out of range
 */
public record RangeWarning(int image, String name, RangeViolation violation) {

  /** Returns one line with the value, which is the user's own. */
  public String describe() {
    return name + ": " + violation.describe();
  }

  void addTo(ObjectNode json) {
    json.put("image", image);
    json.put("name", name);
    json.put("where", violation.isOfInput() ? "input" : violation.name());
    json.put("element", violation.element());
    json.put("value", violation.largest());
    json.put("limit", violation.bound());
    json.put("elementsOutOfRange", violation.elementCount());
  }
}
