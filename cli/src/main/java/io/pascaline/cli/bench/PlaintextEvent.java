// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An event of the JDK's Flight Recorder: one image on ONNX Runtime, in plaintext. */
@Name(PlaintextEvent.NAME)
@Label("Plaintext inference")
@Category("Pascaline")
@StackTrace(false)
final class PlaintextEvent extends Event {
  static final String NAME = "io.pascaline.Plaintext";

  @Label("All cores")
  boolean allCores;
}
