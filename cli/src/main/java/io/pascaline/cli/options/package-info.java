// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Options that commands share, and what they choose: models, images, suites and protocols. */
package io.pascaline.cli.options;
