// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.status;

/** What a role serves of itself. Thread-safe. */
public interface Status extends AutoCloseable {
  /** Returns all metrics in Prometheus' text format. */
  String prometheus();

  /** Returns all metrics as JSON, and what {@code pascaline status} prints beside them. */
  String json();

  /** Lets go of what measures. */
  @Override
  void close();
}
