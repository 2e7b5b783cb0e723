// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Ends what was started, each part of it. */
package io.pascaline.actors.closing;
