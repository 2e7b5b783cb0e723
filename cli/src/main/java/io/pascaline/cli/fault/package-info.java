// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Faults that the user can mend, and how every fault becomes one line on the standard error.
 *
 * <p>Commands throw {@link io.pascaline.cli.fault.CommandFault} with a cause and a remedy; anything
 * else that escapes is translated by {@link io.pascaline.cli.fault.FaultReporter}. No thread of its
 * own.
 */
package io.pascaline.cli.fault;
