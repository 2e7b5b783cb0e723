// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * One class per sub-command, and the options that several of them share. A command reads its
 * options, calls the other packages and returns an exit code; what goes wrong it throws.
 */
package io.pascaline.cli.command;
