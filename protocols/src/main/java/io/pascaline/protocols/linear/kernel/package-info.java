// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * How linear maps are carried out. {@link io.pascaline.protocols.linear.kernel.LinearKernels} hands
 * the kernels out; everything else here is internal.
 *
 * <p>For every map there is a <em>method</em>, chosen from the geometry when the weights are packed
 * ({@code VectorKernel}, {@code LinearKernels.doubleWord}):
 *
 * <pre>
 *   map                        Z_2^32, Vector API   Z_2^32, plain Java   Z_2^64
 *   matrix times vector        VectorProduct        ScalarProduct        DoubleWordProduct
 *   convolution
 *     with a 1x1 kernel        PanelProduct         ScalarConvolution    DoubleWordPanels, or
 *     3x3, stride 1            ToomConvolution        |                  DoubleWordConvolution
 *     with many channels       PairedConvolution      |                  in plain Java
 *     with few (depthwise)     PlaneConvolution       |
 *
 *   what a convolution does with its data, from left to right
 *
 *   input --------&gt; planes ---------&gt; panel -----------&gt; block --------&gt; output
 *   row-major       PlaneLayout:      packed for one     *Blocks: sums   row-major
 *                   padding written   pass of the        in registers
 *                   out, strides      inner loop            ^
 *                   unfolded                                |
 *   weights ---------------- *Weights, once per epoch ------+
 * </pre>
 *
 * <p>The words, which all class names are made of:
 *
 * <ul>
 *   <li><b>Tap</b>: one element of the weights' window at one input channel; for consecutive
 *       outputs it reads a row of the input.
 *   <li><b>Plane</b>: one input channel laid out so that every tap reads consecutive words for
 *       consecutive outputs.
 *   <li><b>Pair</b>: two neighbouring products of a sum, which together cost one multiplication
 *       (Winograd 1968; {@code PairBlocks} has the identity). Exact in any ring.
 *   <li><b>Panel</b>: a few vectors of columns of the right-hand matrix, over a stretch of the
 *       depth, in the order in which the inner loop reads them.
 *   <li><b>Stretch</b>: as much of the depth, or of the positions, as stays in a cache.
 *   <li><b>Block</b>: the rows and vectors of the output that one inner loop keeps in registers.
 *       Classes called {@code *Blocks} are those loops, and nothing else.
 *   <li><b>{@code *Weights}</b>: the weights in the order in which a block reads them.
 *   <li><b>Packed</b>: brought into such an order, with missing rows as zeros.
 *   <li><b>{@code DoubleWord*}</b>: the same in Z_2^64.
 *   <li><b>Parts, Scratch</b>: the split of a method's work over threads, and arrays that each
 *       thread reuses.
 * </ul>
 *
 * <p>Methods differ in which dimension lies in the vector lanes: outputs of a product in {@code
 * PairedConvolution} and {@code ToomConvolution}, positions in {@code PlaneConvolution}, {@code
 * PanelProduct} and {@code DoubleWordPanels}, inputs in {@code VectorProduct}. No branch and no
 * index depends on the value of a word, and every method gives the same words.
 */
package io.pascaline.protocols.linear.kernel;
