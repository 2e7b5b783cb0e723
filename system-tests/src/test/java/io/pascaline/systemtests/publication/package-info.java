// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What is published: the modules, the bill of materials and a project that uses both. */
package io.pascaline.systemtests.publication;
