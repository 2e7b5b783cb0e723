// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Images and labels from the user's files, one after another: the one reader of pictures and IDX
 * files, for training and for the command line.
 *
 * <p>{@link io.pascaline.images.ImageOpener} reads IDX files, pictures, folders and zip archives of
 * class folders. Files are other people's input: every read is bounded, a picture's size is checked
 * before it is decoded, and every fault is one line that names the file. Only the decoding of
 * different images of one source is thread-safe.
 */
package io.pascaline.images;
