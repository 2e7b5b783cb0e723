/** The state of an unfinished training run, on disk. */
package io.pascaline.training.checkpoint;
