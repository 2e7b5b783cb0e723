/** The files that ship with the command line: model, model card and images. */
package io.pascaline.training.bundle;
