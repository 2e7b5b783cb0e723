// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The {@code pascaline} command: private inference from a terminal.
 *
 * <p>{@link io.pascaline.cli.Pascaline} is the entry point; {@code command} holds one class per
 * sub-command, {@code data} reads images, {@code baseline} runs the same network in clear, {@code
 * run} drives and measures a run, {@code report} prints it, {@code deploy} reads the files of the
 * separate roles, {@code fault} turns what goes wrong into one line. Commands run on the main
 * thread.
 */
package io.pascaline.cli;
