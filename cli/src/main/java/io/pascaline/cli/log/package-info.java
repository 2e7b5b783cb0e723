// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** How roles log. */
package io.pascaline.cli.log;
