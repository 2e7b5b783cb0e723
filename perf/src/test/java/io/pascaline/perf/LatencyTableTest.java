// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyTableTest {
  private static final String HEADING = "network,system,milliseconds,conditions,measured,source\n";

  @TempDir private Path folder;

  @Test
  void shouldReadQuotedFieldsAndConditions() throws IOException {
    List<LatencyTable.Row> rows =
        read(
            HEADING
                + "\"a, 28x28\",plain,0.14,idle,\"median, 200 images\",here\n"
                + "b,\"private, fused\",86000,other machine,once,there\n");

    assertEquals(
        List.of(
            new LatencyTable.Row("a, 28x28", "plain", 0.14, LatencyTable.Conditions.IDLE),
            new LatencyTable.Row(
                "b", "private, fused", 86_000, LatencyTable.Conditions.OTHER_MACHINE)),
        rows);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a,b,0,idle,c,d | milliseconds",
        "a,b,-1,idle,c,d | milliseconds",
        "a,b,Infinity,idle,c,d | milliseconds",
        "a,b,fast,idle,c,d | milliseconds",
        "a,b,1,quiet,c,d | conditions",
        "a,b,1,idle,c | 6 fields",
        "a,b,1,idle,c,d,e | 6 fields",
        "a,b,1,idle,c,'' | source"
      })
  void shouldRefuseWhatIsNoMeasurement(String row, String named) {
    IllegalArgumentException fault =
        assertThrows(
            IllegalArgumentException.class, () -> read(HEADING + row.replace("'", "\"") + "\n"));
    assertTrue(fault.getMessage().contains("row 1"), fault.getMessage());
    assertTrue(fault.getMessage().contains(named), fault.getMessage());
  }

  @Test
  void shouldRefuseAnotherHeadingAndNoRows() {
    assertThrows(IllegalArgumentException.class, () -> read("network,system\na,b\n"));
    assertThrows(IllegalArgumentException.class, () -> read(HEADING));
  }

  private List<LatencyTable.Row> read(String text) throws IOException {
    return LatencyTable.read(Files.writeString(folder.resolve("table.csv"), text));
  }
}
