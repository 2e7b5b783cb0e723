// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Events of the JDK's Flight Recorder that say when messages were queued, encoded and decoded.
 * Nothing is measured and nothing is allocated unless a recording has them enabled.
 */
package io.pascaline.transport.trace;
