// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

/**
 * The evidence against two parties that answered a canary wrongly: one of them, or the dealer, has
 * deviated, or a machine computes wrongly. It holds nothing of any other request.
 *
 * @param canary the canary's index in its file
 * @param expected the right answer, at the plan's output scale
 * @param received the answer of the parties
 * @param toleranceUlps how far a right answer can be off, in units of the last place
 * @param element the first element of the answer that is off by more
 * @param request the id under which the parties were asked
 * @param unchecked images that were answered since a canary was last answered rightly, and whose
 *     answers may be wrong as well
 */
public record WrongAnswer(
    int canary,
    int[] expected,
    int[] received,
    int toleranceUlps,
    int element,
    String request,
    long unchecked) {

  /** Returns one line: the element that is off, and for whom this is. */
  @Override
  public String toString() {
    return "the parties answered canary "
        + canary
        + " wrongly (request "
        + request
        + ": element "
        + element
        + " is "
        + received[element]
        + ", must be "
        + expected[element]
        + " up to "
        + toleranceUlps
        + ")";
  }
}
