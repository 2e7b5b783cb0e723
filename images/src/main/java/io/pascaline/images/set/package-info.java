// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Labelled images of one size in memory, as training needs them: {@link
 * io.pascaline.images.set.DataSets} reads Fashion-MNIST, CIFAR and folders or archives of class
 * folders. Sets are immutable and may be shared by threads.
 */
package io.pascaline.images.set;
