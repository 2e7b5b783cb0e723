// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Where the time of an inference goes, read from the JDK's Flight Recorder. */
package io.pascaline.cli.bench;
