package io.pascaline.protocols.ring;

/** Chooses the kernel once per JVM, without touching a class that needs an absent module. */
final class KernelChoice {
  static final LinearKernel BEST = choose();

  private KernelChoice() {}

  private static LinearKernel choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      return VectorKernel.INSTANCE;
    }
    return ScalarKernel.INSTANCE;
  }
}
