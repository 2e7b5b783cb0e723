/** The virtual clock, and an actor system that runs on it. */
package io.pascaline.sim.time;
