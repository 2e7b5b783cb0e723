// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LinearKernelsTest {
  @Test
  void shouldChooseVectorKernelWithModule() {
    assertTrue(
        LinearKernels.best().toString().startsWith("vector"), LinearKernels.best().toString());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void shouldServeWithScalarKernelWithoutModule() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutModule.class.getName())
            .redirectErrorStream(true)
            .start();

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), output);
    assertEquals("scalar 35", output.strip());
  }

  /** What the other JVM runs. */
  static final class WithoutModule {
    private WithoutModule() {}

    public static void main(String[] arguments) {
      LinearKernel kernel = LinearKernels.best();
      PackedWeights packed = kernel.pack(new MatrixProduct(2, 1), new int[] {3, 4});
      int[] output = new int[1];
      kernel.apply(packed, new int[] {5, 5}, output, WorkSplitter.sequential());
      System.out.println(kernel + " " + output[0]);
    }
  }
}
