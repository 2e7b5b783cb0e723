// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * What a command tells: tables and summaries for people, JSON for programs. The figures are taken
 * elsewhere; these classes only write them.
 */
package io.pascaline.cli.report;
