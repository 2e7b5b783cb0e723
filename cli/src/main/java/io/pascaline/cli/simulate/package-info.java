// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The {@code sim} command: scenarios from files and flags, sweeps over protocols and networks, and
 * their tables, files and plots. Runs on the command's thread.
 */
package io.pascaline.cli.simulate;
