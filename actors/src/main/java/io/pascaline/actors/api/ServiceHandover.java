// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

/**
 * Holds a service between the thread that starts it and the actor that owns it, so that one which
 * comes up after its owner has gone is closed and not forgotten. Thread-safe.
 */
final class ServiceHandover {
  private InferenceService held;
  private boolean ended;

  /** Takes a service over; false if nobody wants it any more, and then it is the caller's. */
  synchronized boolean offer(InferenceService service) {
    if (!ended) {
      held = service;
    }
    return !ended;
  }

  /** Gives back what is held, or null, and takes another later. */
  synchronized InferenceService take() {
    InferenceService taken = held;
    held = null;
    return taken;
  }

  /** Gives back what is held, or null, and takes nothing any more. */
  synchronized InferenceService end() {
    ended = true;
    return take();
  }
}
