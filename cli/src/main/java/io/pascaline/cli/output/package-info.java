// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What reaches the user: errors of one line, notes, tables, result files and log lines. */
package io.pascaline.cli.output;
