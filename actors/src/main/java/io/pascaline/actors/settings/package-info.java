// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Reads the files of a role: its settings, and the keys and plans that they name. The command and
 * {@link io.pascaline.actors.api.PrivateInferenceClient#fromConfig} read them with this package.
 * Every fault names file, line and key; none quotes a secret. Embedders use {@code api} instead.
 */
package io.pascaline.actors.settings;
