/**
 * The compiled network: which steps run in which order on which words. A plan is public, immutable
 * and the same for everyone who takes part; weights are not in it. No threads, no input or output.
 */
package io.pascaline.layers.plan;
