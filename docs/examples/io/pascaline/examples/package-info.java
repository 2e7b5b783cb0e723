// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** How programs use Pascaline as a library. Compiled and run by the tests of {@code actors}. */
package io.pascaline.examples;
