// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The {@code train} command: options to a training run, its progress, the private run of the result
 * and the model card. Only this package needs PyTorch's native libraries.
 */
package io.pascaline.cli.train;
