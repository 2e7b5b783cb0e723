// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Rules of the whole project: who may import whom, and that nothing is dead. They read the classes
 * and the sources of all modules.
 */
package io.pascaline.systemtests;
