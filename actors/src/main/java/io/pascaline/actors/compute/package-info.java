/**
 * The compute pool that carries all heavy arithmetic, so that neither an actor's nor Aeron's thread
 * ever does. Online work goes before offline work.
 */
package io.pascaline.actors.compute;
