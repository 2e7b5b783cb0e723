// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;

/**
 * What one party holds ready for one step of one inference. Secret, single use: {@link
 * PartyStep#open} marks it used before it uses it, and a second use throws {@link
 * IllegalStateException}. Using one twice would reveal secrets.
 */
public interface Correlation {
  /** Returns the inference that it was dealt for. */
  SessionId session();
}
