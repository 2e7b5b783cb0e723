// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Parties and dealers that serve several models in one process. */
package io.pascaline.cli.models;
