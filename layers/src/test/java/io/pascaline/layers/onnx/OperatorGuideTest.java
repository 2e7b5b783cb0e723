// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The page of operators says what the importer does. */
class OperatorGuideTest {
  private static final String RENEW =
      "mvn -pl layers -am test -Dtest=OperatorGuideTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dpascaline.renew=true";

  private static final Path PAGE = Path.of("..", "docs", "operators.md");

  @Test
  void shouldDescribeEveryOperator() {
    assertEquals(new TreeSet<>(OperatorTable.IMPORTS.keySet()), OperatorGuide.described());
  }

  @Test
  void shouldBeOnThePage() throws IOException {
    String page = OperatorGuide.markdown();
    if (Boolean.getBoolean("pascaline.renew")) {
      Files.writeString(PAGE, page);
    }

    assertEquals(
        page, Files.exists(PAGE) ? Files.readString(PAGE) : "", "renew the page by: " + RENEW);
  }
}
