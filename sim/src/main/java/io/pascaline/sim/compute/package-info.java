/** Modelled cores: how long arithmetic takes in virtual time, and in which order it is done. */
package io.pascaline.sim.compute;
