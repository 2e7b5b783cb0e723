// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Makes text of files and remotes fit for a terminal. Embedders use {@code api} instead. */
package io.pascaline.actors.text;
