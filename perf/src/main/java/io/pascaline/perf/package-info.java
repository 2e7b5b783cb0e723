// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Benchmarks. JMH classes hold their own forks, warm-up, units and JVM flags; main classes run them
 * and print a table. How to start them is in this module's README.
 */
package io.pascaline.perf;
