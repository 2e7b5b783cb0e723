// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The {@code pascaline} command. Imports between its packages run downwards only:
 *
 * <pre>
 *   cli        the main class
 *   command    one class for each sub-command
 *   train, simulate    the work of train, fit and sim
 *   run, status        private runs and their reports; what a running role tells
 *   options, config    options that commands share, models and suites; files of a deployment
 *   output     errors, notes, tables and logs: all that reaches the user
 * </pre>
 */
package io.pascaline.cli;
