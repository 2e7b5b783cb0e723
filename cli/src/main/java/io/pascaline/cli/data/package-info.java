/**
 * Images and labels from the user's files, as the input tensors of a model.
 *
 * <p>{@link io.pascaline.cli.data.ImageSource} reads IDX files, PNG and JPEG files, folders and zip
 * archives of class folders. Files are other people's input: every read is bounded, a picture's
 * size is checked before it is decoded, and whatever is wrong ends in one line that names the file.
 * Nothing here is thread-safe; a source belongs to the thread that opened it.
 */
package io.pascaline.cli.data;
