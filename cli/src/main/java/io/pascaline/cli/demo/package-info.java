// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** A whole deployment with a web page, for trying out. */
package io.pascaline.cli.demo;
