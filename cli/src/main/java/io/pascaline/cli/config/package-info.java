// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Files of a deployment: settings of roles, identities and keys. Every error names file, line and
 * key; no message holds a secret.
 */
package io.pascaline.cli.config;
