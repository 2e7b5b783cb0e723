/** Image data sets: IDX files, normalisation and augmented mini-batches. JDK only. */
package io.pascaline.training.data;
