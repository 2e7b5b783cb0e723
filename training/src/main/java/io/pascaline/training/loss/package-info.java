/** What training minimises: cross-entropy and the penalty of activation inputs out of range. */
package io.pascaline.training.loss;
