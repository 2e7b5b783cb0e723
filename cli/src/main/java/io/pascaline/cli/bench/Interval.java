// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

/**
 * A stretch of time that one category claims.
 *
 * @param category which
 * @param fromNs when it begins
 * @param untilNs when it ends; nothing is claimed if that is not later
 */
record Interval(TimeCategory category, long fromNs, long untilNs) {}
