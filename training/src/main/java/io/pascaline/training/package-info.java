/** Trains the networks that ship with Pascaline. Nothing at run time depends on this module. */
package io.pascaline.training;
