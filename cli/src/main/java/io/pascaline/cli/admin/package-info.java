// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What an operator changes at a running role. */
package io.pascaline.cli.admin;
