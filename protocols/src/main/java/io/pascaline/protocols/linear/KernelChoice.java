// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/** Chooses the kernel once per JVM, without touching a class that needs an absent module. */
final class KernelChoice {
  /** True if the JVM was started with the Vector API. */
  static final boolean HAS_VECTORS =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  static final LinearKernel BEST = HAS_VECTORS ? VectorKernel.INSTANCE : ScalarKernel.INSTANCE;

  private KernelChoice() {}
}
