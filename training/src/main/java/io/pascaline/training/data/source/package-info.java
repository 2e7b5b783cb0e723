// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Images and labels from the user's files: the one reader of pictures and IDX files, for training
 * and for the command line.
 *
 * <p>{@link io.pascaline.training.data.source.ImageOpener} reads IDX files, PNG and JPEG files,
 * folders and zip archives of class folders. Files are other people's input: every read is bounded,
 * a picture's size is checked before it is decoded, and whatever is wrong ends in one line that
 * names the file. Nothing here is thread-safe but the decoding of different images of one source.
 */
package io.pascaline.training.data.source;
