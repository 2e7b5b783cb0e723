// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors

/**
 * Tests of the whole project: its rules (imports, dead code, words, width of pages), its published
 * artifacts, and deployments that are killed, overloaded and cut off. All of it is in the tests of
 * this module; nothing is published.
 */
package io.pascaline.systemtests;
