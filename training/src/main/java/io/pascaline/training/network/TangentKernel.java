package io.pascaline.training.network;

/**
 * The tangents of a function at many points: {@code f(x) = slope x + intercept} with {@code slope =
 * f'(x)}. Plain loops over arrays that stay in a core's cache, which the JVM turns into vector
 * instructions. Thread-safe.
 */
interface TangentKernel {

  /**
   * Computes tangents.
   *
   * @param x the points.
   * @param slope receives the slopes.
   * @param intercept receives the intercepts.
   * @param count how many.
   */
  void tangents(float[] x, float[] slope, float[] intercept, int count);
}
