// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The {@code pascaline} command. Imports between its packages run downwards only:
 *
 * <pre>
 *   cli        the main class
 *   command    one class for each sub-command
 *   train, simulate, bench, demo    the work of train and fit, sim, bench, and demo
 *   models     a role that serves several models
 *   run        private runs and their reports
 *   admin      how an operator commands a running role
 *   options    options that commands share, and what they choose: models, images, suites
 *   status     what a running role tells
 *   config     files of a deployment
 *   output     errors, notes, tables and logs: all that reaches the user
 * </pre>
 */
package io.pascaline.cli;
